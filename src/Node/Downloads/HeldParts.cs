using FriendNet.Crypto.Merkle;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Holdings;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;

namespace FriendNet.Node.Downloads;

/// <summary>
/// What friends that fetch the same may have of us: runs of transfers under way, and of those that
/// are done and listed. Each is read back and checked before it is given. Any thread.
/// </summary>
internal sealed class HeldParts(TransferTable table, TransferStore store, Action<Input> report)
{
    private const int TreesMax = 8;
    private readonly Lock _gate = new();
    private readonly Dictionary<ContentId, (TransferId Transfer, int File)> _places = [];
    private readonly Dictionary<TransferId, IReadOnlyList<TransferFile>> _files = [];
    private readonly Queue<ContentId> _order = [];

    /// <summary>Of files that are done, the last ones served.</summary>
    private readonly Dictionary<ContentId, ProofTree> _trees = [];

    /// <returns>False: it is quiet, or others go before all of it.</returns>
    internal bool Add(TransferRow row, IReadOnlyList<TransferFile> files)
    {
        if (row.IsQuiet)
            return false;
        using (_gate.EnterScope())
        {
            _files[row.Id] = files;
            var largest = Enumerable
                .Range(0, files.Count)
                .Where(file => files[file].Id.Length > 0)
                .OrderByDescending(file => files[file].Id.Length);
            foreach (var file in largest.Take(Limits.HoldingsMax))
                _places.TryAdd(files[file].Id, (row.Id, file));
            Trim();
            return _files.ContainsKey(row.Id);
        }
    }

    internal void Remove(TransferId id)
    {
        using (_gate.EnterScope())
        {
            if (!_files.Remove(id, out var files))
                return;
            foreach (var file in files)
            {
                if (_places.TryGetValue(file.Id, out var place) && place.Transfer == id)
                    _places.Remove(file.Id);
            }
        }
    }

    internal bool Holds(ContentId id)
    {
        using (_gate.EnterScope())
        {
            return _places.ContainsKey(id);
        }
    }

    /// <returns>Its proof; null: it is not here.</returns>
    internal Hash256[]? TryRead(RunOfContent run, Span<byte> destination)
    {
        if (Find(run.Id) is not var (transfer, file, path) || table.Find(transfer) is not { } entry)
            return null;
        if (ProofOf(entry, run, file) is not { } proof)
            return null;
        // It may be put in place just now.
        var isRead =
            TryRead(entry.Row, entry.Row.FinalName, path, run, destination)
            || TryRead(entry.Row, entry.Row.PartName, path, run, destination)
            || TryRead(entry.Row, entry.Row.FinalName, path, run, destination);
        if (isRead && new SliceCheck().IsGood(run, destination, proof))
            return proof;
        // Somebody moved or changed it: nobody is told of it any more.
        Remove(transfer);
        report(new Input.DownloadForgotten(transfer));
        return null;
    }

    /// <summary>As the engine does, which tells of them.</summary>
    private void Trim()
    {
        if (_places.Count <= Limits.HoldingsMax)
            return;
        var excess = _places.Count - Limits.HoldingsMax;
        var left = _places.OrderBy(place => RankOf(place.Key, place.Value.Transfer)).Take(excess);
        foreach (var (id, place) in left.ToArray())
            _places.Remove(id);
        var kept = _places.Values.Select(place => place.Transfer).ToHashSet();
        foreach (var transfer in _files.Keys.Where(transfer => !kept.Contains(transfer)).ToArray())
            _files.Remove(transfer);
    }

    private (bool, long, long) RankOf(ContentId id, TransferId transfer) =>
        HeldRank.Of(id, transfer, table.Find(transfer) is { Row.State: TransferState.Done });

    private static bool TryRead(
        TransferRow row,
        string? name,
        string path,
        RunOfContent run,
        Span<byte> destination
    )
    {
        if (name is null)
            return false;
        try
        {
            using var folder = Folder.Open(row.Destination);
            var relative = row.IsFolder ? $"{name}/{path}" : name;
            using var file = folder.TryOpenFile(relative, OpenModes.None, out _);
            return file?.TryRead(destination, (long)run.Run * MerkleTree.RunBytes) ?? false;
        }
        catch (DiskException)
        {
            // Its disk is away, perhaps: who asks goes elsewhere.
            return false;
        }
    }

    private (TransferId Transfer, int File, string Path)? Find(ContentId id)
    {
        using (_gate.EnterScope())
        {
            return _places.TryGetValue(id, out var place)
                ? (place.Transfer, place.File, _files[place.Transfer][place.File].Path)
                : null;
        }
    }

    private Hash256[]? ProofOf(TransferEntry entry, RunOfContent run, int file)
    {
        if (entry.Live is { } live)
            return live.IsSpoiled ? null : live.ProofOf(new(file, run.Run));
        if (entry.Row.State is not (TransferState.Done or TransferState.Finishing))
            return null;
        return run.Id.Length <= MerkleTree.RunBytes
            ? []
            : TreeOf(entry.Row.Id, run.Id, file)?.Prove(run.Run);
    }

    private ProofTree? TreeOf(TransferId transfer, ContentId id, int file)
    {
        using (_gate.EnterScope())
        {
            if (_trees.TryGetValue(id, out var tree))
                return tree;
            if (!_files.TryGetValue(transfer, out var files))
                return null;
            if (!store.ProofsOf(transfer, files, file).TryGetValue(file, out tree))
                return null;
            if (_order.Count == TreesMax)
                _trees.Remove(_order.Dequeue());
            _order.Enqueue(id);
            return _trees[id] = tree;
        }
    }
}
