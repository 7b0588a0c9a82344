using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// Questions for content: one a link, a few in all, friends taking turns for the places; so a
/// friend that fills its queue holds one place. What they end with goes to the caller.
/// </summary>
internal sealed class Asking(
    Directory directory,
    Quota quota,
    Rests rests,
    Deltas deltas,
    Queue<Effect> effects
)
{
    private const int GiveUpSeconds = 30;
    private const int EntriesPerSecond = 250;
    private const string WhyItRests =
        "It sent a circle catalog that its publisher did not sign; others are asked for a while.";

    private readonly Batches _batches = new(quota);
    private readonly Dictionary<AskId, Ask> _asks = [];
    private readonly Queue<Neighbour> _turns = [];
    private long _lastId;
    private int _underWay;

    /// <summary>Its pursuit is over or has failed: look again.</summary>
    internal Action<Known>? Settled { get; set; }

    internal Instant? Deadline => _asks.Values.Min(ask => ask.GiveUpAt);

    /// <summary>It is to be asked of this friend.</summary>
    internal void Enqueue(Neighbour from, Known known, SignedHead head)
    {
        (from.Wanted ??= []).Enqueue((known, head.Head.Content.Entries));
        from.WantedEntries += head.Head.Content.Entries;
        TakeTurn(from);
    }

    /// <summary>
    /// A delta came with its head: applied after those before it, one of a friend at a time.
    /// False: too many wait already.
    /// </summary>
    internal bool TryApply(Neighbour from, Known known, SignedHead head, ReadOnlyMemory<byte> delta)
    {
        from.Deltas ??= new WaitingDeltas();
        if (!from.Deltas.TryAdd(known, head, delta))
            return false;
        known.Pursuit = Pursuit.Asked;
        ApplyNext(from);
        return true;
    }

    /// <summary>Asks as far as there are places.</summary>
    internal void Start()
    {
        while (_underWay < Limits.CircleAsksMax && _turns.TryDequeue(out var from))
        {
            from.HasTurn = false;
            if (from.RestUntil > directory.Now)
                ReleaseAll(from);
            else if (from is { Link: { } link, Ask: null, Wanted: not null })
                Start(from, link);
        }
    }

    internal void HandleFetched(Input.CircleFetched fetched)
    {
        if (!_asks.TryGetValue(fetched.Ask, out var ask))
            return;
        if (fetched.Want >= 0 && fetched.Want < ask.Knowns.Count)
            Settle(ask, fetched.Want, fetched.End, fetched.Encoded, fetched.Delta);
        // A friend with a thin line and many who ask is slow, not silent.
        if (ask.GiveUpAt is not null)
            ask.GiveUpAt = GiveUpAt(ask);
        if (ask.From.Ask == ask)
            return;
        _asks.Remove(ask.Id);
        ask.From.Applying = null;
        ApplyNext(ask.From);
        TakeTurn(ask.From);
    }

    internal void HandleEnded(AskId id, CircleEnd end)
    {
        if (!_asks.Remove(id, out var ask) || ask.From.Ask != ask)
            return;
        ask.From.Ask = null;
        ask.From.WantedEntries -= ask.Entries;
        _underWay--;
        // Also one that ended as if all had been answered, or with its link.
        var isCut = end == CircleEnd.Held && ask.IsDone.Contains(false);
        if (isCut || end == CircleEnd.CutOff)
            rests.Pause(ask.From);
        else if (end == CircleEnd.OurFault && ask.From.Link is not null)
            rests.Pause(ask.From);
        else if (end == CircleEnd.Held && ask.IsWhole)
            ask.From.Failures = 0;
        for (var want = 0; want < ask.Knowns.Count; want++)
            Settle(ask, want, end == CircleEnd.Held ? CircleEnd.CutOff : end, 0, default);
        TakeTurn(ask.From);
    }

    internal void Poll()
    {
        foreach (var ask in _asks.Values)
        {
            if (!(ask.GiveUpAt <= directory.Now))
                continue;
            ask.GiveUpAt = null;
            effects.Enqueue(new Effect.GiveUpCircle(ask.Id));
        }
    }

    /// <summary>It is not to be asked now: what waited for it is looked at again.</summary>
    internal void ReleaseAll(Neighbour neighbour)
    {
        var waiting = neighbour.Wanted;
        neighbour.Wanted = null;
        foreach (var (known, entries) in waiting ?? [])
        {
            neighbour.WantedEntries -= entries;
            if (Batches.IsQueued(known, neighbour))
                Release(known);
        }

        foreach (var known in neighbour.Deltas?.Clear() ?? [])
            Release(known);
    }

    private void TakeTurn(Neighbour neighbour)
    {
        if (neighbour is { HasTurn: true } or { Wanted: null or { Count: 0 } })
            return;
        neighbour.HasTurn = true;
        _turns.Enqueue(neighbour);
    }

    private void Start(Neighbour from, LinkId link)
    {
        // Those of which something is held come first, as the request has them.
        List<Known> batch =
        [
            .. _batches.Next(from, Release).OrderByDescending(known => known.HasContent),
        ];
        if (batch.Count == 0)
            return;
        var ask = new Ask(new AskId(++_lastId), from, batch) { IsCompare = batch[0].NeedsCompare };
        ask.GiveUpAt = GiveUpAt(ask);
        foreach (var known in batch)
            known.Pursuit = Pursuit.Asked;
        _asks.Add(ask.Id, ask);
        (from.Ask, from.WantedEntries) = (ask, from.WantedEntries + ask.Entries);
        _underWay++;
        effects.Enqueue(ask.Fetch(link));
    }

    private Instant GiveUpAt(Ask ask) =>
        directory.Now + TimeSpan.FromSeconds(GiveUpSeconds + (ask.Entries / EntriesPerSecond));

    // What was held or offered may have changed while it waited: then it is looked at again.
    private void ApplyNext(Neighbour from)
    {
        while (from.Applying is null && from.Deltas?.TryTake() is { } next)
        {
            var (known, head, delta) = next;
            var isDue =
                known.OfferOf(from.Slot)?.Head.Equals(head) == true
                && Deltas.Leads(delta.Span, known, head)
                && rests.Until(known, from) <= directory.Now
                && quota.HasRoom(from, known, head, from.Ask?.Entries ?? 0);
            if (!isDue)
            {
                Release(known);
                continue;
            }

            from.Applying = new Ask(new AskId(++_lastId), from, [known]);
            _asks.Add(from.Applying.Id, from.Applying);
            effects.Enqueue(new Effect.ApplyCircle(from.Applying.Id, from.Friend, head, delta));
        }
    }

    private void Release(Known known)
    {
        known.Pursuit = Pursuit.Idle;
        Settled?.Invoke(known);
    }

    private void Settle(Ask ask, int want, CircleEnd end, long encoded, ReadOnlyMemory<byte> delta)
    {
        if (ask.IsDone[want])
            return;
        ask.IsDone[want] = true;
        var (known, head) = (ask.Knowns[want], ask.Heads[want]);
        known.NeedsFullTag = end == CircleEnd.Missing;
        switch (end)
        {
            case CircleEnd.Held:
                ask.HeldWants++;
                Hold(ask, known, head, encoded, delta);
                break;
            case CircleEnd.Lied:
                rests.Blame(ask.From);
                effects.Enqueue(new Effect.CircleWaits(ask.From.Friend, WhyItRests));
                break;
            case CircleEnd.Compare when !ask.IsCompare:
                known.NeedsCompare = true;
                break;
            case CircleEnd.Compare or CircleEnd.TooLarge:
                rests.Pause(ask.From, known, isLasting: true);
                break;
            // Should it have told something newer meanwhile, that is asked for at once.
            case CircleEnd.Missing when known.OfferOf(ask.From.Slot)?.Head.Equals(head) != true:
                break;
            default:
                rests.Pause(ask.From, known, isLasting: false);
                break;
        }

        Release(known);
    }

    private void Hold(
        Ask ask,
        Known known,
        SignedHead head,
        long encoded,
        ReadOnlyMemory<byte> delta
    )
    {
        var from = directory.At(ask.From.Slot) == ask.From ? ask.From : null;
        from ??= known.Offers.Select(offer => directory.At(offer.Slot)).FirstOrDefault();
        known.NeedsCompare = false;
        if (from is null || known.Held is { IsWithdrawal: true } gone && gone.Beats(head))
        {
            effects.Enqueue(new Effect.DropCircle(known.Id));
            return;
        }

        rests.Forget(ask.From, known);
        deltas.Keep(known, delta);
        if (head.Beats(known.Held))
            quota.Hold(known, head, from, encoded);
    }
}
