using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Simulation.Nodes;

/// <summary>A file that a node wants, as far as it is on its disk: outlives a crash.</summary>
/// <param name="from">Asked of that one, whatever catalogs say; null: of who offers it.</param>
internal sealed class SimTransfer(TransferId transfer, ContentId content, int? from)
{
    internal TransferId Transfer => transfer;

    internal ContentId Content => content;

    internal int? From => from;

    internal byte[] Bytes { get; } = new byte[content.Length];

    /// <summary>One bit a run, least significant first.</summary>
    internal byte[] Have { get; } = new byte[(MerkleTree.RunCount(content.Length) + 7) / 8];

    /// <summary>Uncles of each run that is here.</summary>
    internal Dictionary<int, Hash256[]> Proofs { get; } = [];

    internal bool IsDone { get; set; }

    internal bool Has(int run) => (Have[run >> 3] >> (run & 7) & 1) != 0;

    internal ReadOnlyMemory<byte> Run(int run) =>
        Bytes.AsMemory(run * MerkleTree.RunBytes, MerkleTree.RunLength(content.Length, run));

    internal void Store(int run, ReadOnlySpan<byte> bytes, Hash256[] proof)
    {
        bytes.CopyTo(Bytes.AsSpan(run * MerkleTree.RunBytes));
        Have[run >> 3] |= (byte)(1 << (run & 7));
        Proofs[run] = proof;
    }
}
