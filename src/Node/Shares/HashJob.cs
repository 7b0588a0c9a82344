using FriendNet.Crypto.Merkle;
using FriendNet.Node.Linux;
using Microsoft.Win32.SafeHandles;

namespace FriendNet.Node.Shares;

/// <summary>How the hashing of a file ended.</summary>
internal enum HashOutcome
{
    /// <summary>Its root is right for what <see cref="HashJob.Stat"/> describes.</summary>
    Hashed,

    /// <summary>
    /// It changed meanwhile or a moment before, or is gone: nothing is known of it.
    /// </summary>
    Changing,

    /// <summary>It cannot be read.</summary>
    Unreadable,

    /// <summary>Something unforeseen: a bug that this file brings out.</summary>
    Failed,

    /// <summary>Given up because the scan ends.</summary>
    Cancelled,
}

/// <summary>What a worker's turn at a file came to.</summary>
internal enum HashTurn
{
    /// <summary>It still holds the file.</summary>
    More,

    /// <summary>There is nothing left for it; others are not through.</summary>
    Left,

    /// <summary>It was the last: all is known.</summary>
    Last,
}

/// <summary>
/// One file to hash. Several workers take runs of it at once; whoever is last compares the file's
/// state with that before, so that the root of torn content is never known.
/// </summary>
internal sealed class HashJob(ScanScope scope, FoundFile found, IndexRow? previous, int holders)
{
    /// <summary>As many leaves as are hashed side by side.</summary>
    private const int ReadBytes = 16 * MerkleTree.LeafBytes;

    // A fraction of a second, and much longer than a disk takes to find another file.
    private const int RunsInTurn = 64;

    // Two writes within one tick of the kernel's clock leave the same time; FAT counts 2 s.
    private const long TickNs = 20_000_000;
    private const long CoarseTickNs = 2_000_000_000;
    private readonly Lock _gate = new();
    private Hash256[] _runs = [];
    private SafeFileHandle? _file;
    private int _holders = holders;
    private int _next;
    private volatile bool _stopped;

    internal string Path => found.Path;

    /// <summary>What the index held of the path before.</summary>
    internal IndexRow? Previous => previous;

    /// <summary>The file as it was when its hashing began.</summary>
    internal FileStat Stat { get; private set; } = found.Stat;

    internal HashOutcome Outcome { get; private set; } = HashOutcome.Hashed;

    internal Hash256 Root { get; private set; }

    /// <summary>The run layer to keep; empty up to 1 MiB.</summary>
    internal ReadOnlySpan<Hash256> Layer => _runs.Length > 1 ? _runs : [];

    /// <summary>Bytes that a worker needs to read into.</summary>
    internal static byte[] NewBuffer() =>
        GC.AllocateUninitializedArray<byte>(ReadBytes, pinned: true);

    /// <summary>Hashes some runs; what is left of the file is for another turn.</summary>
    internal HashTurn Work(RunHasher hasher, byte[] buffer)
    {
        var hasMore = false;
        Guarded(() => hasMore = HashRuns(hasher, buffer));
        if (hasMore)
            return HashTurn.More;
        if (Interlocked.Decrement(ref _holders) > 0)
            return HashTurn.Left;
        Guarded(Finish);
        _file?.Dispose();
        return HashTurn.Last;
    }

    private bool HashRuns(RunHasher hasher, byte[] buffer)
    {
        for (var done = 0; IsOpen() && NextRun() is { } run; )
        {
            HashRun(hasher, buffer, run);
            if (++done == RunsInTurn)
                return true;
        }

        return false;
    }

    private int? NextRun()
    {
        var run = Interlocked.Increment(ref _next) - 1;
        return run < _runs.Length ? run : null;
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A bad sector, a network disk gone: this file cannot be read, the others may.
            Stop(HashOutcome.Unreadable);
        }
#pragma warning disable CA1031 // Else one odd file would end the daemon, and again at each start.
        catch (Exception)
#pragma warning restore CA1031
        {
            Stop(HashOutcome.Failed);
        }
    }

    private bool IsOpen()
    {
        lock (_gate)
        {
            if (_file is null && !_stopped)
                Open();
            return !_stopped;
        }
    }

    private void Open()
    {
        if (scope.Cancel.IsCancellationRequested)
        {
            Stop(HashOutcome.Cancelled);
            return;
        }
        var error = Beneath.OpenRead(scope.Root, found.Path, out _file);
        if (error != 0)
            Stop(error == FileStat.NoEntry ? HashOutcome.Changing : HashOutcome.Unreadable);
        else if (FileStat.Read(_file!, out var now) != 0 || !IsSame(now) || IsFresh())
            Stop(HashOutcome.Changing);
        else
            (Stat, _runs) = (now, new Hash256[MerkleTree.RunCount(now.Size)]);
    }

    private void HashRun(RunHasher hasher, byte[] buffer, int run)
    {
        hasher.Begin(Stat.Size, run);
        var at = (long)run * MerkleTree.RunBytes;
        while (hasher.Remaining > 0)
        {
            var wanted = Math.Min(buffer.Length, hasher.Remaining);
            var read = RandomAccess.Read(_file!, buffer.AsSpan(0, wanted), at);
            if (read == 0 || scope.Cancel.IsCancellationRequested)
            {
                Stop(read == 0 ? HashOutcome.Changing : HashOutcome.Cancelled);
                return;
            }
            hasher.Append(buffer.AsSpan(0, read));
            at += read;
        }
        _runs[run] = hasher.Finish();
        scope.AddHashed(MerkleTree.RunLength(Stat.Size, run));
    }

    private void Finish()
    {
        if (!_stopped && (FileStat.Read(_file!, out var after) != 0 || after != Stat))
            Stop(HashOutcome.Changing);
        if (Outcome == HashOutcome.Hashed)
            Root = _runs.Length == 1 ? _runs[0] : MerkleTree.RootOfLayer(_runs, Stat.Size);
    }

    private void Stop(HashOutcome outcome)
    {
        Outcome = outcome;
        _stopped = true;
    }

    private bool IsSame(in FileStat now) =>
        now.Kind == FileKind.Regular
        && now.Size == found.Stat.Size
        && now.ModifiedNs == found.Stat.ModifiedNs;

    private bool IsFresh()
    {
        var isCoarse = found.Stat.ModifiedNs % 1_000_000_000 == 0;
        var tick = Math.Max(isCoarse ? CoarseTickNs : TickNs, scope.SettleNs);
        // Times may be centuries away, and wrap.
        var age = unchecked(ScanScope.NowNs() - found.Stat.ModifiedNs);
        return age > -tick && age < tick;
    }
}
