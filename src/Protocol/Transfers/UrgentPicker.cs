using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>What readers of a transfer want: of each a window of runs, the first next.</summary>
/// <param name="twice">Runs asked of two.</param>
/// <param name="take">Marks a run as asked for.</param>
internal sealed class UrgentPicker(
    RunMap map,
    RunBits taken,
    RunBits stored,
    HashSet<int> twice,
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

    /// <summary>Runs of the longest window.</summary>
    internal int Depth
    {
        get
        {
            var most = 0;
            foreach (var window in _windows.Values)
                most = Math.Max(most, window.End - window.First);
            return most;
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

    internal bool Has(Slice slice) => Has(map.Number(slice));

    internal bool Has(int run)
    {
        foreach (var window in _windows.Values)
        {
            if (window.Has(run))
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

    /// <summary>Of each window the run so far from its first.</summary>
    internal IEnumerable<int> At(int depth)
    {
        foreach (var window in _windows.Values)
        {
            if (window.Has(window.First + depth))
                yield return window.First + depth;
        }
    }

    /// <summary>Whether a run is to be asked for, if it is underway of a second.</summary>
    internal bool MayAsk(int run, bool isUnderway) =>
        !stored[run] && (isUnderway ? !twice.Contains(run) : !taken[run]);

    /// <summary>It is asked for, perhaps of a second.</summary>
    internal void Take(int run)
    {
        if (taken[run])
            twice.Add(run);
        take(run);
    }

    /// <param name="IsJump">It did not come here by reading on.</param>
    private readonly record struct Window(int First, int End, bool IsJump)
    {
        internal bool Has(int run) => First <= run && run < End;
    }
}
