using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// Drops what nobody tells any more, after a while, so that a friend that flaps costs no
/// fetches; and once an hour what has expired.
/// </summary>
internal sealed class Fading(
    Directory directory,
    Fetching fetching,
    Telling telling,
    Deltas deltas,
    Quota quota,
    Queue<Effect> effects
)
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SweepPause = TimeSpan.FromHours(1);

    private readonly Queue<(Known Known, Instant At)> _lonely = [];
    private Instant? _sweepAt;

    internal Instant? Deadline =>
        _lonely.TryPeek(out var first) && !(_sweepAt < first.At) ? first.At : _sweepAt;

    /// <summary>A pseudonym's state has changed.</summary>
    internal void Note(Known known)
    {
        _sweepAt ??= directory.Now + SweepPause;
        if (known.Offers.Length == 0 && !known.IsOwn)
            _lonely.Enqueue((known, directory.Now + Grace));
    }

    internal void Poll()
    {
        while (_lonely.TryPeek(out var first) && first.At <= directory.Now)
        {
            _lonely.Dequeue();
            if (first.Known is { Offers.Length: 0, IsOwn: false })
                Drop(first.Known);
        }

        if (!(_sweepAt <= directory.Now))
            return;
        _sweepAt = directory.All.Count > 0 ? directory.Now + SweepPause : null;
        Sweep();
    }

    private void Drop(Known known)
    {
        if (known.Pursuit == Pursuit.Asked)
        {
            _lonely.Enqueue((known, directory.Now + Grace));
            return;
        }

        if (known.HasContent)
            effects.Enqueue(new Effect.DropCircle(known.Id));
        if (known.Held is not null)
            quota.Release(known);
        fetching.Forget(known);
        telling.Forget(known);
        deltas.Drop(known);
        directory.Forget(known);
    }

    private void Sweep()
    {
        var now = directory.Now;
        var expired = new Dictionary<Neighbour, List<OfferChange>>();
        foreach (var known in directory.All.ToArray())
        {
            foreach (var offer in known.Offers)
            {
                if (!offer.Head.HasExpired(now) || directory.At(offer.Slot) is not { } by)
                    continue;
                directory.RemoveOffer(known, by);
                if (!expired.TryGetValue(by, out var changes))
                    expired.Add(by, changes = []);
                changes.Add(new OfferChange(known.Id, null, 0));
            }

            if (known is { IsOwn: true, Held.IsWithdrawal: true } && known.Held.HasExpired(now))
                known.IsOwn = false;
            if (known.Offers.Length == 0 && !known.IsOwn)
                Drop(known);
        }

        foreach (var (by, changes) in expired)
            effects.Enqueue(new Effect.KeepOffers(by.Friend, changes));
    }
}
