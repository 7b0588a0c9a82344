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

    /// <summary>Copies of one content that are looked for: some folders hold thousands.</summary>
    private const int PlacesMax = 8;
    private readonly Lock _gate = new();
    private readonly Dictionary<ContentId, List<Place>> _places = [];
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
                Add(files[file].Id, new(row.Id, file));
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
                Remove(file.Id, place => place.Transfer == id);
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
        foreach (var (place, path) in Find(run.Id))
        {
            if (TryRead(run, destination, place, path) is { } proof)
                return proof;
        }

        return null;
    }

    private Hash256[]? TryRead(RunOfContent run, Span<byte> destination, Place place, string path)
    {
        if (table.Find(place.Transfer) is not { } entry)
            return null;
        if (ProofOf(entry, run, place.File) is not { } proof)
            return null;
        // It may be put in place just now.
        var isRead =
            TryRead(entry.Row, entry.Row.FinalName, path, run, destination)
            || TryRead(entry.Row, entry.Row.PartName, path, run, destination)
            || TryRead(entry.Row, entry.Row.FinalName, path, run, destination);
        if (isRead && new SliceCheck().IsGood(run, destination, proof))
            return proof;
        // Somebody moved or changed it. Under way, it shows when its part is looked at; done,
        // nobody is told of this file any more.
        if (entry.Row.State == TransferState.Done && IsLast(run.Id, place))
            report(new Input.ContentGone(run.Id));
        return null;
    }

    private void Add(ContentId id, Place place)
    {
        if (!_places.TryGetValue(id, out var places))
            _places[id] = places = [];
        if (places.Count < PlacesMax && !places.Contains(place))
            places.Add(place);
    }

    private bool Remove(ContentId id, Predicate<Place> match) =>
        _places.TryGetValue(id, out var places)
        && places.RemoveAll(match) > 0
        && places.Count == 0
        && _places.Remove(id);

    private bool IsLast(ContentId id, Place gone)
    {
        using (_gate.EnterScope())
        {
            return Remove(id, place => place == gone);
        }
    }

    /// <summary>As the engine does, which tells of them.</summary>
    private void Trim()
    {
        if (_places.Count <= Limits.HoldingsMax)
            return;
        var excess = _places.Count - Limits.HoldingsMax;
        var left = _places.OrderBy(one => RankOf(one.Key, one.Value)).Take(excess);
        foreach (var (id, _) in left.ToArray())
            _places.Remove(id);
        var kept = _places.Values.SelectMany(all => all.Select(one => one.Transfer)).ToHashSet();
        foreach (var transfer in _files.Keys.Where(transfer => !kept.Contains(transfer)).ToArray())
            _files.Remove(transfer);
    }

    private (bool, long, long) RankOf(ContentId id, List<Place> places) =>
        HeldRank.Of(
            id,
            places.MaxBy(place => place.Transfer.Value).Transfer,
            places.Exists(at => table.Find(at.Transfer) is { Row.State: TransferState.Done })
        );

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

    private (Place Place, string Path)[] Find(ContentId id)
    {
        using (_gate.EnterScope())
        {
            return _places.TryGetValue(id, out var places)
                ? [.. places.Select(place => (place, _files[place.Transfer][place.File].Path))]
                : [];
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

    private readonly record struct Place(TransferId Transfer, int File);
}
