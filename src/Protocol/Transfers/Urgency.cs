using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// What readers wait for goes first: run by run to the link that brings it soonest. A link that
/// brings what a reader waits for is asked nothing else, and when a reader goes elsewhere, what
/// else those links owe is given up: an answer shares its link with all that were asked before.
/// </summary>
internal sealed class Urgency(Sources sources, Queue<Effect> effects)
{
    private readonly Dictionary<ReaderId, Input.ReadAhead> _readers = [];
    private int _turn;

    /// <summary>A reader moved; how many there are is the node's to bound.</summary>
    /// <param name="wanted">Null: its transfer does not run, or not yet.</param>
    internal void Move(Input.ReadAhead ahead, Wanted? wanted)
    {
        if (ahead.Runs == 0)
            _readers.Remove(ahead.Reader);
        else
            _readers[ahead.Reader] = ahead;
        wanted?.Urgent.Move(ahead);
    }

    /// <summary>A transfer starts, perhaps with readers.</summary>
    internal void Start(Wanted wanted)
    {
        foreach (var ahead in _readers.Values)
        {
            if (ahead.Transfer == wanted.Id)
                wanted.Urgent.Move(ahead);
        }
    }

    /// <summary>Asks for what readers want, before anything else is asked.</summary>
    internal void Ask(List<Wanted> transfers, Instant now)
    {
        foreach (var link in sources.Links)
            link.IsHeld = false;
        if (_readers.Count == 0)
            return;
        foreach (var wanted in transfers.Where(wanted => wanted.Urgent.HasReaders))
        {
            // Its answer goes before what is underway.
            if (wanted.IsLittle)
                continue;
            foreach (var (reader, slice) in wanted.Urgent.Jumped.ToArray())
                Hurry(wanted, reader, slice, now);
        }

        for (var quiet = 0; quiet < transfers.Count && sources.HasRoom; )
        {
            _turn = (_turn + 1) % transfers.Count;
            quiet = AskOne(transfers[_turn], now) ? 0 : quiet + 1;
        }

        foreach (var link in sources.Links)
            link.IsHeld = link.Fetches.Values.Any(fetch => fetch.IsAwaited);
    }

    private bool AskOne(Wanted wanted, Instant now)
    {
        if (wanted.RetryAt is not null || !wanted.Urgent.HasUntaken)
            return false;
        foreach (var link in Soonest(now))
        {
            if (!sources.Down.HasRoom(link.Source.Friend, now))
                continue;
            if (wanted.Urgent.Take(link.Source, OfferOf(wanted)) is not { } slice)
                continue;
            wanted.Why = null;
            sources.Ask(link, wanted, [slice], now);
            return true;
        }

        return false;
    }

    /// <summary>Clears the way on as many links as the reader's window has use for.</summary>
    private void Hurry(Wanted wanted, ReaderId reader, Slice first, Instant now)
    {
        var offerOf = OfferOf(wanted);
        var missing = wanted.Urgent.MissingOf(reader);
        var late = double.MaxValue;
        // Those that bring some of it already, then those that could soonest.
        var links = Soonest(now).OrderBy(link => !link.Fetches.Values.Any(fetch => fetch.IsRead));
        foreach (var link in links)
        {
            if (missing <= 0)
                break;
            var isOffered = offerOf(first.File, link.Source) == Offer.Yes;
            if (link.SecondsToRead > late || !(isOffered || wanted.IsHeldBy(first, link.Source)))
                continue;
            // Who brings one run later than another all of them is of no use here.
            late = Math.Min(late, link.SecondsToRead * missing);
            missing -= Math.Max(1, sources.CancelUnread(link));
            wanted.Urgent.Heard(reader);
        }
    }

    private SourceLink[] Soonest(Instant now) =>
        [
            .. sources
                .Links.Where(link => sources.HasUrgentRoom(link, now))
                .OrderBy(link => link.SecondsToRead),
        ];

    private Func<int, SourceId, Offer> OfferOf(Wanted wanted) =>
        (file, source) =>
            wanted.OfferOf(
                file,
                source,
                sources.Linked,
                looked => effects.Enqueue(new Effect.FindSources(wanted.Id, looked)),
                isUrgent: true
            );
}
