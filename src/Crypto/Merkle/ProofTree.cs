namespace FriendNet.Crypto.Merkle;

/// <summary>
/// The nodes of a file above its runs as far as proofs brought them: proves each run whose proof
/// came. 64 KiB for each GiB of file, kept and stored in chunks.
/// </summary>
/// <remarks>For one thread at a time.</remarks>
public sealed class ProofTree
{
    /// <summary>Nodes in one chunk: 4 KiB.</summary>
    public const int ChunkNodes = 128;

    private readonly int _runs;
    private readonly Hash256[] _nodes;
    private readonly HashSet<int> _changed = [];

    public ProofTree(long length)
    {
        _runs = MerkleTree.RunCount(length);
        var total = 0;
        for (var count = _runs; count > 1; count = (count + 1) / 2)
            total += count;
        _nodes = new Hash256[total];
    }

    /// <summary>Takes the uncles of a run, which are verified.</summary>
    public void Add(int run, ReadOnlySpan<Hash256> proof)
    {
        var (at, level) = (0, 0);
        for (var count = _runs; count > 1; count = (count + 1) / 2, level++)
        {
            var uncle = (run >> level) ^ 1;
            if (uncle < count && _nodes[at + uncle] != proof[level])
            {
                _nodes[at + uncle] = proof[level];
                _changed.Add((at + uncle) / ChunkNodes);
            }

            at += count;
        }
    }

    /// <summary>The uncles of a run, nearest first; null: they are not known.</summary>
    public Hash256[]? Prove(int run)
    {
        List<Hash256> proof = [];
        var (at, level) = (0, 0);
        for (var count = _runs; count > 1; count = (count + 1) / 2, level++)
        {
            var uncle = (run >> level) ^ 1;
            var isInside = uncle < count;
            if (isInside && _nodes[at + uncle].IsZero)
                return null;
            proof.Add(
                isInside ? _nodes[at + uncle] : MerkleTree.Padding(MerkleTree.RunHeight + level)
            );
            at += count;
        }

        return [.. proof];
    }

    /// <summary>Chunks that changed since the last call.</summary>
    public int[] TakeChanged()
    {
        int[] changed = [.. _changed];
        _changed.Clear();
        return changed;
    }

    public ReadOnlySpan<Hash256> Chunk(int chunk) =>
        _nodes.AsSpan(chunk * ChunkNodes)[
            ..Math.Min(ChunkNodes, _nodes.Length - (chunk * ChunkNodes))
        ];

    /// <summary>Puts back what <see cref="Chunk"/> gave; what does not fit is ignored.</summary>
    public void Restore(int chunk, ReadOnlySpan<Hash256> nodes)
    {
        var isOurs = chunk >= 0 && chunk <= (_nodes.Length - 1) / ChunkNodes;
        if (isOurs && nodes.Length == Chunk(chunk).Length)
            nodes.CopyTo(_nodes.AsSpan(chunk * ChunkNodes));
    }
}
