using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Picks the next run that readers of a transfer want: of each the first, then of each the second,
/// and so on; one at a time, so that a window spreads over all who are asked.
/// </summary>
/// <param name="holders">Who holds runs without offering the file.</param>
/// <param name="take">Marks a run as asked for.</param>
internal sealed class UrgentPicker(
    RunMap map,
    RunBits taken,
    RunBits stored,
    Holders holders,
    Action<int> take
)
{
    private readonly Dictionary<ReaderId, Window> _windows = [];

    internal bool HasReaders => _windows.Count > 0;

    /// <summary>Whether a reader waits for a run that is not there.</summary>
    internal bool IsAwaited
    {
        get
        {
            foreach (var window in _windows.Values)
            {
                if (!stored[window.First])
                    return true;
            }

            return false;
        }
    }

    /// <summary>Whether something could be picked, if somebody has it.</summary>
    internal bool HasUntaken
    {
        get
        {
            foreach (var window in _windows.Values)
            {
                if (taken.NextClear(window.First) < window.End)
                    return true;
            }

            return false;
        }
    }

    /// <summary>
    /// Readers that came anew to runs that are not there, until <see cref="Heard"/>.
    /// </summary>
    internal IEnumerable<(ReaderId Reader, Slice Slice)> Jumped =>
        from pair in _windows
        where pair.Value.IsJump && !stored[pair.Value.First]
        select (pair.Key, map.SliceOf(pair.Value.First));

    /// <summary>A reader came, went on, went elsewhere, or is gone.</summary>
    internal void Move(Input.ReadAhead ahead)
    {
        if (ahead.Runs == 0)
        {
            _windows.Remove(ahead.Reader);
            return;
        }

        var first = map.First(ahead.File) + ahead.Run;
        var end = Math.Min(first + ahead.Runs, map.First(ahead.File + 1));
        var isOn = _windows.TryGetValue(ahead.Reader, out var was) && was.Has(first);
        _windows[ahead.Reader] = new(first, end, isOn ? was.IsJump : true);
    }

    /// <summary>The way for that reader is clear.</summary>
    internal void Heard(ReaderId reader) =>
        _windows[reader] = _windows[reader] with { IsJump = false };

    internal bool Has(Slice slice)
    {
        foreach (var window in _windows.Values)
        {
            if (window.Has(map.Number(slice)))
                return true;
        }

        return false;
    }

    /// <summary>Runs of that reader's window that are not there.</summary>
    internal int MissingOf(ReaderId reader)
    {
        var (missing, window) = (0, _windows[reader]);
        for (var run = stored.NextClear(window.First); run < window.End; missing++)
            run = stored.NextClear(run + 1);
        return missing;
    }

    /// <summary>Takes one run; null if that source has none of them.</summary>
    internal Slice? Take(SourceId source, Func<int, SourceId, Offer> offerOf)
    {
        var (depth, isDeeper) = (0, true);
        for (; isDeeper; depth++)
        {
            isDeeper = false;
            foreach (var window in _windows.Values)
            {
                var run = window.First + depth;
                if (!window.Has(run))
                    continue;
                isDeeper = true;
                if (taken[run])
                    continue;
                var slice = map.SliceOf(run);
                if (offerOf(slice.File, source) != Offer.Yes && !holders.Has(source, run))
                    continue;
                take(run);
                return slice;
            }
        }

        return null;
    }

    /// <param name="IsJump">It did not come here by reading on.</param>
    private readonly record struct Window(int First, int End, bool IsJump)
    {
        internal bool Has(int run) => First <= run && run < End;
    }
}
