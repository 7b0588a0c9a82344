namespace FriendNet.Crypto.Merkle;

/// <summary>All nodes from the run layer up: proves any run without hashing again.</summary>
/// <remarks>About 64 KiB per GiB of file.</remarks>
public sealed class RunTree
{
    private readonly Hash256[] _nodes;
    private readonly int _leaves;

    /// <summary>
    /// From a run layer (empty for a file up to 1 MiB, whose proofs are empty). The caller answers
    /// for its being the layer of <see cref="Root"/>.
    /// </summary>
    public RunTree(ReadOnlySpan<Hash256> runLayer)
    {
        _leaves = runLayer.Length;
        var total = _leaves;
        for (var count = _leaves; count > 1; total += count)
            count = (count + 1) / 2;
        _nodes = new Hash256[total];
        runLayer.CopyTo(_nodes);
        var at = 0;
        for (var (count, level) = (_leaves, MerkleTree.RunHeight); count > 1; level++)
        {
            var parents = _nodes.AsSpan(at + count);
            at += count;
            count = MerkleTree.FoldLevel(_nodes.AsSpan(at - count, count), parents, level);
        }
    }

    /// <summary>The run layer it was made of.</summary>
    public ReadOnlySpan<Hash256> Layer => _nodes.AsSpan(0, _leaves);

    /// <summary>The file's root; all-zero for an empty layer, which does not know it.</summary>
    public Hash256 Root => _leaves == 0 ? default : _nodes[^1];

    /// <summary>Hashes in each proof.</summary>
    public int ProofCount => MerkleTree.ProofCount((long)_leaves * MerkleTree.RunBytes);

    /// <summary>
    /// Writes the uncles of a run, nearest first, and gives their number
    /// (<see cref="ProofCount"/>; <paramref name="proof"/> must have that room).
    /// </summary>
    public int Prove(int runIndex, Span<Hash256> proof)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(runIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(runIndex, Math.Max(_leaves, 1));
        var level = 0;
        for (var (count, at) = (_leaves, 0); count > 1; level++)
        {
            var uncle = (runIndex >> level) ^ 1;
            proof[level] =
                uncle < count
                    ? _nodes[at + uncle]
                    : MerkleTree.Padding(MerkleTree.RunHeight + level);
            at += count;
            count = (count + 1) / 2;
        }
        return level;
    }
}
