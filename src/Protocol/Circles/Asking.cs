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
    Holding holding,
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

    /// <summary>This friend is to be asked for some of it, as others are.</summary>
    internal void Enqueue(Neighbour from, Known known, Parts parts)
    {
        parts.Tellers.Add(from);
        (from.Wanted ??= []).Enqueue((known, parts.ShareEntries));
        from.WantedEntries += parts.ShareEntries;
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
            Settle(ask, fetched.Want, fetched);
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
        var rest = end == CircleEnd.Held ? CircleEnd.CutOff : end;
        for (var want = 0; want < ask.Knowns.Count; want++)
            Settle(ask, want, new Input.CircleFetched(id, want, rest, 0, default));
        if (ask.Parts is { } parts)
        {
            parts.Return(ask.Groups);
            Release(ask.Knowns[0], ask.From, parts);
        }

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
                Release(known, neighbour);
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
            .. _batches
                .Next(from, known => Release(known, from))
                .OrderByDescending(known => known.HasContent),
        ];
        if (batch.Count == 0)
            return;
        var parts = batch[0].Parts;
        var ask = new Ask(new AskId(++_lastId), from, batch, parts, parts?.Take() ?? 0);
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

    private void Release(Known known, Neighbour from)
    {
        if (known.Parts is { } parts)
            Release(known, from, parts);
        else
            Release(known);
    }

    // Unless all of it came from others meanwhile, somebody else is to be asked.
    private void Release(Known known, Neighbour from, Parts parts)
    {
        parts.Tellers.Remove(from);
        if (known.Parts == parts)
            Settled?.Invoke(known);
    }

    private void Settle(Ask ask, int want, Input.CircleFetched fetched)
    {
        if (ask.IsDone[want])
            return;
        ask.IsDone[want] = true;
        var (known, head, end) = (ask.Knowns[want], ask.Heads[want], fetched.End);
        if (known.Parts != ask.Parts)
        {
            // Others brought all of it: what is late says something of the friend alone.
            if (end == CircleEnd.Lied)
                Blame(ask.From);
            return;
        }

        known.NeedsFullTag = end == CircleEnd.Missing && ask.Parts is null;
        switch (end)
        {
            case CircleEnd.Held:
                ask.HeldWants++;
                Finish(known);
                holding.Hold(ask, known, head, fetched);
                break;
            case CircleEnd.InPart when ask.Parts is { } parts && fetched.Left != 0:
                ask.HeldWants++;
                parts.Come(ask.Groups, fetched.Left);
                ask.Groups = 0;
                break;
            case CircleEnd.Lied:
                Blame(ask.From);
                break;
            case CircleEnd.Compare when !known.NeedsCompare && IsLarge(head):
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

        // What comes in parts is looked at once this question has ended.
        if (known.Parts is null)
            Release(known);
    }

    private static bool IsLarge(SignedHead head) =>
        head.Head.Content.Entries > Limits.CirclePartEntries;

    private void Blame(Neighbour liar)
    {
        rests.Blame(liar);
        effects.Enqueue(new Effect.CircleWaits(liar.Friend, WhyItRests));
    }

    /// <summary>It is not asked for in parts any more.</summary>
    internal void Finish(Known known)
    {
        if (known.Parts is { } parts)
            quota.Promise(parts, -1);
        known.Parts = null;
    }
}
