namespace FriendNet.Node.Shares;

/// <summary>
/// Paths of a share to look at, due at a time in ms. Bounded: too many become "", the whole share.
/// </summary>
internal sealed class PathSet
{
    private const int PathsMax = 1_000;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private long _firstMs;
    private long _dueMs = long.MaxValue;

    /// <summary>When to take the paths; far away when there is none.</summary>
    internal long DueMs => Interlocked.Read(ref _dueMs);

    internal bool IsEmpty => DueMs == long.MaxValue;

    /// <summary>For people, of what was changing when it was to be hashed; or empty.</summary>
    internal string Sentence
    {
        get
        {
            lock (_gate)
            {
                var example = _paths.FirstOrDefault() is { Length: > 0 } path
                    ? $" ({Skips.Escape(path)})"
                    : "";
                return _paths.Count == 0
                    ? ""
                    : $"{_paths.Count} skipped, changing just now; tried again soon{example}.";
            }
        }
    }

    /// <summary>
    /// Adds a path. Each puts the time off by <paramref name="delayMs"/>, but not beyond
    /// <paramref name="delayMaxMs"/> after the first.
    /// </summary>
    internal void Add(string path, long nowMs, long delayMs, long delayMaxMs)
    {
        lock (_gate)
        {
            if (_paths.Count == 0)
                _firstMs = nowMs;
            if (_paths.Count >= PathsMax && !_paths.Contains(path))
            {
                _paths.Clear();
                path = "";
            }
            if (!_paths.Contains(""))
                _paths.Add(path);
            Interlocked.Exchange(ref _dueMs, Math.Min(nowMs + delayMs, _firstMs + delayMaxMs));
        }
    }

    /// <summary>Takes all, without those that stand below another.</summary>
    internal List<string> Take()
    {
        lock (_gate)
        {
            List<string> taken = _paths.Contains("") ? [""] : [.. _paths.Where(IsTop)];
            _paths.Clear();
            Interlocked.Exchange(ref _dueMs, long.MaxValue);
            return taken;
        }
    }

    /// <summary>These are looked at already.</summary>
    internal void Forget(IEnumerable<string> paths)
    {
        lock (_gate)
        {
            _paths.ExceptWith(paths);
            if (_paths.Count == 0)
                Interlocked.Exchange(ref _dueMs, long.MaxValue);
        }
    }

    private bool IsTop(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            if (_paths.Contains(path[..slash]))
                return false;
        }
        return true;
    }
}
