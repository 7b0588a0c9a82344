using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

// What proves to others the runs that are here.
internal sealed partial class Download
{
    /// <summary>Records the proofs that came since the last time.</summary>
    internal void RecordProofs(TransferStore store)
    {
        List<ProofRow> rows = [];
        using (_gate.EnterScope())
        {
            foreach (var (file, tree) in _proofs)
            {
                foreach (var chunk in tree.TakeChanged())
                    rows.Add(new(file, chunk, tree.Chunk(chunk).ToArray()));
            }
        }

        if (rows.Count > 0)
            store.RecordProofs(Row.Id, rows);
    }

    /// <summary>How a run that is here is proved; null: it is not here.</summary>
    internal Hash256[]? ProofOf(Slice slice)
    {
        using (_gate.EnterScope())
        {
            if (!Content.Have[Content.Map.Number(slice)])
                return null;
            return Content.Map.Count(slice.File) == 1 ? [] : TreeOf(slice.File).Prove(slice.Run);
        }
    }

    private ProofTree TreeOf(int file)
    {
        if (!_proofs.TryGetValue(file, out var tree))
            _proofs[file] = tree = new(Content.Files[file].Id.Length);
        return tree;
    }
}
