using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

/// <summary>Some nodes of a file's tree.</summary>
public sealed record ProofRow(int File, int Chunk, Hash256[] Nodes);

// What proves runs to others, by chunks of the files' trees.
public sealed partial class TransferStore
{
    public void RecordProofs(TransferId id, IReadOnlyList<ProofRow> rows)
    {
        using (_gate.EnterScope())
        {
            InTransaction(() =>
            {
                using var put = Prepare("INSERT OR REPLACE INTO proofs VALUES(?,?,?,?)");
                foreach (var row in rows)
                {
                    put.Bind(0, id.Value).Bind(1, row.File).Bind(2, row.Chunk);
                    put.Bind(3, row.Nodes).Run();
                }

                return 0L;
            });
        }
    }

    /// <summary>The trees of a transfer's files, as far as proofs came; of one file or of all.
    /// </summary>
    public Dictionary<int, ProofTree> ProofsOf(
        TransferId id,
        IReadOnlyList<TransferFile> files,
        int? only = null
    )
    {
        using (_gate.EnterScope())
        {
            Dictionary<int, ProofTree> trees = [];
            using var select = Prepare(
                "SELECT file, chunk, nodes FROM proofs WHERE transfer=?1 AND file BETWEEN ?2 AND ?3"
            );
            select.Bind(0, id.Value).Bind(1, only ?? 0).Bind(2, only ?? int.MaxValue);
            while (select.Step())
            {
                var file = (int)select.Long(0);
                if (file >= files.Count)
                    continue;
                if (!trees.TryGetValue(file, out var tree))
                    trees[file] = tree = new(files[file].Id.Length);
                tree.Restore((int)select.Long(1), select.Hashes(2));
            }

            return trees;
        }
    }
}
