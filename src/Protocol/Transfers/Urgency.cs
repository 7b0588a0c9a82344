using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// What readers wait for goes first: run by run to the link that brings it soonest, be it only
/// once that has room; and a second time, if who was asked is late with it. A link that brings
/// what a reader waits for is asked nothing else, and when a reader goes elsewhere, what else
/// those links owe is given up: an answer shares its link with all that were asked before.
/// </summary>
internal sealed class Urgency(Sources sources, Queue<Effect> effects)
{
    /// <summary>Of a link that brought nothing yet, only to compare it with others.</summary>
    private const double BytesPerSecondUnknown = 10e6;

    private readonly Dictionary<ReaderId, Input.ReadAhead> _readers = [];
    private readonly Dictionary<(Wanted, int Run), Fetching> _owed = [];
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
    /// <param name="late">When more of it will be late, if nothing comes.</param>
    internal void Ask(List<Wanted> transfers, Instant now, ref Instant? late)
    {
        foreach (var link in sources.Links)
            link.IsHeld = false;
        if (_readers.Count == 0)
            return;
        var read = transfers.FindAll(wanted => wanted.Urgent.HasReaders);
        var links = Prospects(now);
        foreach (var wanted in read)
        {
            // Its answer goes before what is underway.
            if (wanted.IsLittle)
                continue;
            foreach (var (reader, slice) in wanted.Urgent.Jumped.ToArray())
                Hurry(links, wanted, reader, slice);
        }

        read.RemoveAll(wanted => !wanted.MayAsk);
        if (read.Count > 0)
            HandOut(read, links, now, ref late);
        foreach (var link in sources.Links)
            link.IsHeld = link.Fetches.Values.Any(fetch => fetch.IsAwaited);
    }

    /// <summary>Of each window the first run, then of each the second, and so on.</summary>
    private void HandOut(
        List<Wanted> transfers,
        List<Prospect> links,
        Instant now,
        ref Instant? late
    )
    {
        _owed.Clear();
        foreach (var fetch in sources.Fetches.Where(fetch => fetch.IsRead))
        {
            foreach (var slice in fetch.Open())
                _owed[(fetch.Transfer, fetch.Transfer.RunOf(slice))] = fetch;
        }

        _turn++;
        var deepest = transfers.Max(wanted => wanted.Urgent.Depth);
        for (var depth = 0; depth < deepest; depth++)
        {
            for (var turn = 0; turn < transfers.Count; turn++)
            {
                var wanted = transfers[(_turn + turn) % transfers.Count];
                foreach (var run in wanted.Urgent.At(depth))
                    HandOut(wanted, run, links, now, ref late);
            }
        }
    }

    private void HandOut(
        Wanted wanted,
        int run,
        List<Prospect> links,
        Instant now,
        ref Instant? late
    )
    {
        var fetch = _owed.GetValueOrDefault((wanted, run));
        if (!sources.HasRoom || !wanted.Urgent.MayAsk(run, fetch is not null))
            return;
        var slice = wanted.SliceOf(run);
        var best = links
            .Where(link => link.IsWorthWaiting && link.Link != fetch?.Link)
            .Where(link => CanGive(wanted, slice, link.Link.Source))
            .MinBy(link => link.Seconds);
        if (
            best is null
            || (fetch is not null && !Lateness.IsLate(fetch, best.Link, now, ref late))
        )
            return;
        var canAsk = best.HasRoom && sources.Down.HasRoom(best.Link.Source.Friend, now);
        // What it cannot be asked for yet comes before all that is wanted later.
        best.Runs++;
        if (!canAsk)
            return;
        wanted.Why = null;
        wanted.Urgent.Take(run);
        sources.Ask(best.Link, wanted, [slice], now);
    }

    /// <summary>Clears the way on as many links as the reader's window has use for.</summary>
    private void Hurry(List<Prospect> links, Wanted wanted, ReaderId reader, Slice first)
    {
        var missing = wanted.Urgent.MissingOf(reader);
        var late = double.MaxValue;
        // Those that bring some of it already, then those that could soonest.
        var inTurn = links.OrderBy(link => link.Runs == 0).ThenBy(link => link.Seconds);
        foreach (var link in inTurn.Where(link => link.HasRoom))
        {
            if (missing <= 0)
                break;
            if (link.Seconds > late || !CanGive(wanted, first, link.Link.Source))
                continue;
            // Who brings one run later than another all of them is of no use here.
            late = Math.Min(late, link.Seconds * missing);
            missing -= Math.Max(1, sources.CancelUnread(link.Link));
            wanted.Urgent.Heard(reader);
        }
    }

    /// <summary>Links that may be asked, those of which the rate is known first.</summary>
    private List<Prospect> Prospects(Instant now)
    {
        var fastest = sources.Links.Select(link => link.Pace.BytesPerSecond).Append(0).Max();
        var ofNew = fastest > 0 ? Math.Min(fastest, BytesPerSecondUnknown) : BytesPerSecondUnknown;
        List<Prospect> links = [];
        foreach (var link in sources.Links.OrderByDescending(link => link.Pace.IsKnown))
        {
            if (link.RestUntil > now || sources.Down.When(link.Source.Friend, now) is not { } at)
                continue;
            var silence = link.Owes ? now - link.Heard : TimeSpan.Zero;
            var wait = Math.Max((at - now).TotalSeconds, silence.TotalSeconds);
            links.Add(new(link, sources.WindowOf(link), ofNew, wait));
        }

        return links;
    }

    private bool CanGive(Wanted wanted, Slice slice, SourceId source)
    {
        var offer = wanted.OfferOf(
            slice.File,
            source,
            sources.Linked,
            looked => effects.Enqueue(new Effect.FindSources(wanted.Id, looked)),
            isUrgent: true
        );
        return offer == Offer.Yes || wanted.IsHeldBy(slice, source);
    }
}
