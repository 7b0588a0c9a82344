using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

// Which link is asked next, and for what.
public sealed partial class Scheduler
{
    /// <summary>
    /// Asks for the little at once, then fills every link's window, readers first; links and
    /// transfers take turns.
    /// </summary>
    private void Ask(Instant now)
    {
        _retries.LookForNews(_transfers, now);
        _disks.Look(_transfers, now);
        _sources.Sum();
        _prompts.Ask(_transfers, now);
        Instant? late = null;
        _urgency.Ask(_transfers, now, ref late);
        _ready.Clear();
        _ready.AddRange(_sources.Links.Where(link => _sources.CanAsk(link, now)));
        while (_ready.Count > 0)
        {
            _ready.Sort((a, b) => InTurn(a, b, now));
            foreach (var link in _ready)
            {
                var canAsk = _sources.CanAsk(link, now);
                if (canAsk && (AskOne(link, now) || AskLate(link, now, ref late)))
                    _again.Add(link);
            }

            (_ready, _again) = (_again, _ready);
            _again.Clear();
        }

        _retries.Note(_transfers, _sources, now);
        Deadline = Instant.Earliest(
            _silences.Deadline(now),
            _sources.Down.Deadline(now),
            _retries.Deadline,
            _disks.Deadline,
            late
        );
    }

    /// <summary>
    /// The guilty last; who is asked for the least first, or under a limit, so that friends share
    /// it, who was asked longest ago.
    /// </summary>
    private int InTurn(SourceLink a, SourceLink b, Instant now)
    {
        var order = _guilt.Holds(a.Source, now).CompareTo(_guilt.Holds(b.Source, now));
        if (order == 0 && !_sources.Down.IsLimited)
            order = a.Fetches.Count.CompareTo(b.Fetches.Count);
        return order != 0 ? order : a.AskedAt.CompareTo(b.AskedAt);
    }

    private bool AskOne(SourceLink link, Instant now)
    {
        var count = _transfers.Count;
        for (var tried = 0; tried < 3 * count; tried++)
        {
            var (wanted, pass) = (_transfers[(_turn + tried) % count], tried / count);
            // The little has places of its own, and masses of it do not stop the rest.
            if (wanted.IsLittle != (pass == 2))
                continue;
            // What its disk or source is slow with leaves half of a window to the others.
            if (pass < 2 && _sources.LeavesHalf(link, wanted) != (pass == 0))
                continue;
            if (!wanted.MayAsk || !Lateness.IsWorth(link, wanted, _sources))
                continue;
            // Asked last, and one fetch at a time.
            if (wanted.Underway > 0 && _guilt.Holds(link.Source, now))
                continue;
            var slices = wanted.Take(
                link.Source,
                link.FetchBytes(_sources.BytesPerSecond),
                _sources.Linked,
                file => _effects.Enqueue(new Effect.FindSources(wanted.Id, file))
            );
            if (slices.Count == 0)
                continue;
            _turn = (_turn + tried + 1) % count;
            wanted.Why = null;
            _sources.Ask(link, wanted, slices, now);
            return true;
        }

        return false;
    }

    /// <summary>Nothing else is left to ask of it: what others are late with.</summary>
    private bool AskLate(SourceLink link, Instant now, ref Instant? next)
    {
        if (_guilt.Holds(link.Source, now))
            return false;
        foreach (var wanted in _transfers)
        {
            if (wanted.Free > 0 || !wanted.MayAsk)
                continue;
            var late = Lateness.Of(link, wanted, _sources, now, ref next);
            var slices = wanted.TakeLate(link.Source, late);
            if (slices.Count == 0)
                continue;
            _sources.Ask(link, wanted, slices, now);
            return true;
        }

        return false;
    }
}
