using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// Which content is wanted, and whom it is asked of: one teller, the one that has least to
/// bring and has brought least. Its questions are <see cref="Asking"/>'s.
/// </summary>
internal sealed class Fetching(
    Directory directory,
    Quota quota,
    Asking asking,
    Sharing sharing,
    Rests rests,
    IEntropy entropy,
    Queue<Effect> effects
)
{
    // Full quotas empty when something is dropped; that is not worth more than a look a minute.
    private static readonly TimeSpan RoomPause = TimeSpan.FromMinutes(1);

    // As long as eight folds: then the friend that feeds us has had time to send its delta, also
    // where it is fed by another friend of the publisher, and that one by a third.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(
        8 * Limits.HeadFoldMilliseconds
    );

    // Of a flood at one root so many are looked at: else it is asked for once more.
    private const int LinksMax = 16;

    private readonly Dictionary<Known, Instant> _stuck = [];
    private readonly PriorityQueue<Known, Instant> _retries = new();
    private readonly Queue<(Known Known, Instant At)> _patient = [];

    internal Instant? Deadline
    {
        get
        {
            Instant? retryAt = _retries.TryPeek(out _, out var at) ? at : null;
            return _patient.TryPeek(out var first) && !(retryAt < first.At) ? first.At : retryAt;
        }
    }

    /// <summary>A friend tells this, maybe with a delta to it.</summary>
    internal void HandleOffer(
        Known known,
        Neighbour by,
        SignedHead head,
        ReadOnlyMemory<byte> delta
    )
    {
        if (!delta.IsEmpty && !TryApply(known, by, head, delta))
            by.Inbox!.SayLazy(known.Id.Tag);
        if (known.Pursuit == Pursuit.Idle && !known.IsOwn)
            Adopt(known);
        if (delta.IsEmpty && IsFed(known, by, head))
            _patient.Enqueue((known, directory.Now + Patience));
        else
            Consider(known);
    }

    internal void HandleGone(Known known, Neighbour by)
    {
        rests.Forget(by, known);
        Consider(known);
    }

    /// <summary>Looks what is to be done about its content now.</summary>
    internal void Consider(Known known)
    {
        if (known.Parts is { } begun && sharing.TryGoOn(known, begun))
            return;
        if (known.IsOwn || (known.Pursuit == Pursuit.Asked && known.Parts is null))
            return;
        asking.Finish(known);
        known.Pursuit = Pursuit.Idle;
        _stuck.Remove(known);
        Adopt(known);
        var (from, head, retryAt) = Choose(known);
        if (from is not null && IsLarge(known, head!))
        {
            sharing.Begin(known, from, head!);
        }
        else if (from is not null)
        {
            known.Pursuit = Pursuit.Queued;
            known.Queue = from.Slot;
            asking.Enqueue(from, known, head!);
        }
        else if (retryAt is { } at)
        {
            known.Pursuit = Pursuit.Stuck;
            Retry(known, at);
        }
    }

    internal void Poll()
    {
        while (_patient.TryPeek(out var first) && first.At <= directory.Now)
        {
            _patient.Dequeue();
            if (first.Known.Pursuit == Pursuit.Idle)
                Consider(first.Known);
        }

        while (_retries.TryPeek(out var known, out var at) && at <= directory.Now)
        {
            _retries.Dequeue();
            if (_stuck.TryGetValue(known, out var due) && due == at)
                Consider(known);
        }
    }

    /// <summary>Nobody tells of it any more.</summary>
    internal void Forget(Known known)
    {
        _stuck.Remove(known);
        rests.Forget(known);
    }

    // What was looked at meanwhile stays in the queue: not for long, should there be much of it.
    private void Retry(Known known, Instant at)
    {
        _stuck[known] = at;
        _retries.Enqueue(known, at);
        if (_retries.Count <= 2 * (_stuck.Count + LinksMax))
            return;
        _retries.Clear();
        _retries.EnqueueRange(_stuck.Select(stuck => (stuck.Key, stuck.Value)));
    }

    // The friend that brought what we hold has not told this yet; its news will bring a delta.
    private bool IsFed(Known known, Neighbour by, SignedHead head) =>
        known is { HasContent: true, IsOwn: false, Pursuit: Pursuit.Idle }
        && head.Beats(known.Held)
        && known.Sponsor != by.Slot
        && known.OfferOf(known.Sponsor) is { } usual
        && head.Beats(usual.Head)
        && directory.At(known.Sponsor)?.Link is not null;

    private bool TryApply(Known known, Neighbour by, SignedHead head, ReadOnlyMemory<byte> delta)
    {
        if (
            known.IsOwn
            || known.Pursuit == Pursuit.Asked
            || !known.HasContent
            || !head.Beats(known.Held)
        )
            return false;
        return !Deltas.Leads(delta.Span, known, head)
            || rests.Until(known, by) > directory.Now
            || !quota.HasRoom(by, known, head, 0)
            || asking.TryApply(by, known, head, delta);
    }

    // A head whose content is here already needs no question: a withdrawal, the same content
    // signed anew, or that of another pseudonym that the same friend tells us too. Not that of
    // any other: a forged head would show what we hold by its not being fetched.
    private void Adopt(Known known)
    {
        if (Best(known) is not { Head: var head } || !head.Beats(known.Held))
            return;
        if (head.IsWithdrawal)
        {
            var hadContent = known.HasContent;
            quota.Hold(known, head, SponsorOf(known), 0);
            if (hadContent)
                effects.Enqueue(new Effect.DropCircle(known.Id));
        }
        else if (known.HasContent && known.Held!.Head.Content == head.Head.Content)
        {
            var sponsor = SponsorOf(known);
            quota.Hold(known, head, sponsor, known.Encoded);
            effects.Enqueue(new Effect.KeepCircle(head, null, sponsor.Friend));
        }
        else if (SameElsewhere(known, head) is var (other, by))
        {
            quota.Hold(known, head, by, other.Encoded);
            effects.Enqueue(new Effect.KeepCircle(head, other.Id, by.Friend));
        }
    }

    private (Known Other, Neighbour By)? SameElsewhere(Known known, SignedHead head)
    {
        var other = directory.ByRoot(head.Head.Content.Root.Tag);
        for (var i = 0; i < LinksMax && other is not null; i++, other = other.NextOfRoot)
        {
            if (other == known || other.IsOwn || other.Held!.Head.Content != head.Head.Content)
                continue;
            foreach (var offer in known.Offers)
            {
                if (
                    offer.Head.Equals(head)
                    && other.OfferOf(offer.Slot) is { } same
                    && same.Head.Head.Content == head.Head.Content
                    && directory.At(offer.Slot) is { } by
                    && quota.HasRoom(by, known, head, 0)
                )
                    return (other, by);
            }
        }

        return null;
    }

    // Changes of what is held are asked for as changes first: they may be remembered.
    private static bool IsLarge(Known known, SignedHead head) =>
        head.Head.Content.Entries > Limits.CirclePartEntries
        && (known.NeedsCompare || !known.HasContent);

    private Neighbour SponsorOf(Known known) =>
        known.HasContent && directory.At(known.Sponsor) is { } sponsor
            ? sponsor
            : directory.At(known.Offers[0].Slot)!;

    private Offer? Best(Known known)
    {
        Offer? best = null;
        foreach (var offer in known.Offers)
        {
            if (offer.Head.HasExpired(directory.Now))
                continue;
            if (best is not { } other || offer.Head.Beats(other.Head))
                best = offer;
        }

        return best;
    }

    private (Neighbour? From, SignedHead? Head, Instant? RetryAt) Choose(Known known)
    {
        Neighbour? from = null;
        SignedHead? head = null;
        Instant? retryAt = null;
        var ties = 0;
        foreach (var offer in known.Offers)
        {
            if (
                directory.At(offer.Slot) is not { Link: not null } by
                || offer.Head.IsWithdrawal
                || offer.Head.HasExpired(directory.Now)
                || !offer.Head.Beats(known.Held)
            )
                continue;
            var until = rests.Until(known, by);
            if (until <= directory.Now && !quota.HasRoom(by, known, offer.Head, 0))
            {
                until = directory.Now + RoomPause;
                quota.Say(by);
            }

            if (until > directory.Now)
            {
                retryAt = retryAt < until ? retryAt : until;
                continue;
            }

            var better =
                head is null || offer.Head.Beats(head) ? 1
                : head.Beats(offer.Head) ? -1
                : Sharing.Standing(from!).CompareTo(Sharing.Standing(by));
            ties = better > 0 ? 1 : ties + 1;
            if (better > 0 || (better == 0 && Draw.Part(entropy) < 1.0 / ties))
                (from, head) = (by, offer.Head);
        }

        return (from, head, retryAt);
    }
}
