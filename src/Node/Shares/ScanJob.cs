using FriendNet.Crypto.Merkle;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Shares;

/// <summary>What one scan has done so far; counted by its thread, read by any.</summary>
internal sealed class ScanCounts
{
    internal long FilesTotal;
    internal long BytesTotal;
    internal long FilesFound;
    internal long BytesFound;
    internal long FilesHashed;
}

/// <summary>A turn of a scan is over, and what it wrote is committed.</summary>
internal readonly record struct ScanTurn;

/// <summary>
/// Walks some paths of a share, compares them with the index, has hashed what is new, and writes
/// and withdraws rows in batches. Its thread is the only writer of the index, and serves several
/// scans in turns: what one wrote in its turn is committed when that ends.
/// </summary>
internal sealed class ScanJob(
    IndexStore store,
    ShareEntry entry,
    ScanScope scope,
    IndexContext context
)
{
    private const int BatchRows = 2_000;
    private const int BatchMs = 500;
    private const int WaitMs = 100;
    private const int UnsettledMax = 1_000;
    private readonly IdSet _seen = new();
    private HashLane? _lane;
    private long _turnMs;

    internal ScanCounts Counts { get; } = new();

    internal Skips Skips { get; } = new();

    /// <summary>Paths that were changing; too many become "", the whole share.</summary>
    internal List<string> Unsettled { get; } = [];

    private bool IsTurnOver =>
        store.Uncommitted >= BatchRows || Environment.TickCount64 - _turnMs >= BatchMs;

    private bool IsFull => _lane is { IsFull: true };

    internal void BeginTurn() => _turnMs = Environment.TickCount64;

    /// <summary>
    /// Counts the files of the share beforehand, so that progress has an end; in turns.
    /// </summary>
    internal IEnumerable<ScanTurn> CountAll()
    {
        using var walk = new FolderWalk(scope.Root, context.Excluded, new Skips(), null);
        walk.Start("");
        while (!scope.Cancel.IsCancellationRequested && walk.Next(out var file))
        {
            Counts.FilesTotal++;
            Counts.BytesTotal += file.Stat.Size;
            if (IsTurnOver)
                yield return Commit();
        }
    }

    /// <summary>
    /// Does the work, in turns. <paramref name="isStillThere"/> is asked before anything is
    /// withdrawn: a disk that was taken away meanwhile must not look like deleted files.
    /// </summary>
    internal IEnumerable<ScanTurn> Run(List<string> targets, Func<bool> isStillThere)
    {
        foreach (var turn in targets.SelectMany(Walk))
            yield return turn;
        while (_lane is { InFlight: > 0 })
        {
            TakeOne(WaitMs);
            if (IsTurnOver)
                yield return Commit();
        }
        if (!scope.Cancel.IsCancellationRequested && isStillThere())
        {
            foreach (var target in targets)
                WithdrawUnseen(target);
        }
        Commit();
    }

    /// <summary>Withdraws every file of the share.</summary>
    internal void WithdrawAll()
    {
        WithdrawUnseen("");
        Commit();
    }

    private IEnumerable<ScanTurn> Walk(string target)
    {
        using var walk = new FolderWalk(scope.Root, context.Excluded, Skips, entry.Watch);
        if (walk.Start(target) is { } single)
            Visit(single);
        while (!scope.Cancel.IsCancellationRequested && walk.Next(out var file))
        {
            Visit(file);
            do
            {
                if (IsTurnOver)
                    yield return Commit();
            } while (TakeOne(IsFull ? WaitMs : 0) || IsFull);
        }
    }

    private void Visit(FoundFile file)
    {
        Counts.FilesFound++;
        Counts.BytesFound += file.Stat.Size;
        var row = store.Find(entry.Folder.Id, file.Path);
        if (row is { } known && IsUnchanged(known, file.Stat))
        {
            if (known.Gone)
                Publish(file.Path, file.Stat, known.Root, row);
            else
                _seen.Add(known.Id);
        }
        else if (file.Stat.Size > Limits.FileBytesMax)
            Skips.Add(SkipReason.TooLong, file.Path);
        else if (row?.ModifiedNs != IndexRow.DoubtedNs && FindTwin(file) is { } root)
            Publish(file.Path, file.Stat, root, row);
        else
            Hash(file, row);
    }

    // Times of whole seconds come out of archives and say little: then it must be the same inode.
    private static bool IsUnchanged(in IndexRow row, in FileStat stat) =>
        row.Size == stat.Size
        && row.ModifiedNs == stat.ModifiedNs
        && (
            row.Inode == stat.Inode
            || (row.BirthNs == stat.BirthNs && row.BirthNs != 0)
            || IsTelling(stat.ModifiedNs)
        );

    private static bool IsTelling(long timeNs) => timeNs % 1_000_000_000 != 0;

    private Hash256? FindTwin(FoundFile file)
    {
        if (file.Stat.Size == 0)
            return default(Hash256);
        var isKnownInode = file.Stat.BirthNs != 0 || IsTelling(file.Stat.ModifiedNs);
        if (isKnownInode && store.FindSameInode(file.Stat) is { } root)
            return root;
        if (!IsTelling(file.Stat.ModifiedNs))
            return null;
        foreach (var twin in store.FindSameTime(file.Stat))
        {
            var isNamesake = Path.GetFileName(twin.Path.AsSpan())
                .SequenceEqual(Path.GetFileName(file.Path.AsSpan()));
            if (isNamesake && (twin.Gone || context.IsGone(twin.Share, twin.Path)))
                return twin.Root;
        }
        return null;
    }

    private void Hash(FoundFile file, IndexRow? row)
    {
        _lane ??= new HashLane(context.Hasher());
        _lane.Submit(scope, file, row);
    }

    private bool TakeOne(int waitMs)
    {
        if (_lane is null || !_lane.TryTake(out var job, waitMs))
            return false;
        switch (job.Outcome)
        {
            case HashOutcome.Hashed:
                Counts.FilesHashed++;
                if (job.Layer.Length > 0)
                    store.PutLayer(job.Root, job.Layer);
                Publish(job.Path, job.Stat, job.Root, job.Previous);
                break;
            case HashOutcome.Changing:
                Skips.Add(SkipReason.Changing, job.Path);
                Unsettle(job.Path);
                break;
            case HashOutcome.Unreadable:
                Skips.Add(SkipReason.Unreadable, job.Path);
                break;
            case HashOutcome.Failed:
                Skips.Add(SkipReason.Failed, job.Path);
                break;
            default:
                break;
        }
        return true;
    }

    private void Unsettle(string path)
    {
        if (Unsettled.Count >= UnsettledMax)
        {
            Unsettled.Clear();
            path = "";
        }
        if (Unsettled is not [""])
            Unsettled.Add(path);
    }

    private void Publish(string path, in FileStat stat, Hash256 root, IndexRow? previous)
    {
        _seen.Add(store.Put(entry.Folder, path, stat, root));
        if (previous is { Gone: false } old)
            entry.Count(0, stat.Size - old.Size);
        else
            entry.Count(1, stat.Size);
        if (previous is { Size: > MerkleTree.RunBytes } dropped && dropped.Root != root)
            store.DropLayer(dropped.Root);
    }

    private void WithdrawUnseen(string target)
    {
        if (target.Length == 0 && _seen.Count == entry.Files)
            return;
        var self = target.Length == 0 ? null : store.Find(entry.Folder.Id, target);
        if (self is { } row)
            WithdrawUnseen(row.Id, row.Size, row.Gone);
        var prefix = target.Length == 0 ? "" : target + "/";
        for (var after = prefix; ; )
        {
            var page = store.Page(entry.Folder.Id, after);
            foreach (var (id, path, size, gone) in page)
            {
                if (!path.StartsWith(prefix, StringComparison.Ordinal))
                    return;
                WithdrawUnseen(id, size, gone);
                after = path;
            }
            if (page.Count == 0)
                return;
            if (store.Uncommitted >= BatchRows)
                Commit();
        }
    }

    private void WithdrawUnseen(long id, long size, bool gone)
    {
        if (gone || _seen.Contains(id))
            return;
        store.Withdraw(id);
        entry.Count(-1, -size);
    }

    private ScanTurn Commit()
    {
        if (store.Commit())
            context.Committed();
        return default;
    }
}
