namespace FriendNet.Crypto.Merkle;

/// <summary>Checks what a peer sent about a run: never throws, never allocates.</summary>
public static class RunProof
{
    /// <summary>
    /// Whether the run with that root stands at that index of the file {root, length}.
    /// </summary>
    /// <remarks>
    /// Only the canonical proof passes: exactly <see cref="MerkleTree.ProofCount"/> hashes, none
    /// all-zero, and padding where the tree is padding. An empty file has no run to prove.
    /// </remarks>
    public static bool Verify(
        Hash256 root,
        long length,
        int runIndex,
        Hash256 runRoot,
        ReadOnlySpan<Hash256> proof
    )
    {
        if (!MerkleTree.IsLength(length) || root.IsZero || runRoot.IsZero)
            return false;
        var count = MerkleTree.RunCount(length);
        if (runIndex < 0 || runIndex >= count || proof.Length != MerkleTree.ProofCount(length))
            return false;
        var node = runRoot;
        for (var level = 0; level < proof.Length; level++)
        {
            var index = runIndex >> level;
            var uncle = proof[level];
            var isPadding = (long)(index ^ 1) << level >= count;
            // Padding stands exactly where the tree is padding, so a longer length fails too.
            if (
                uncle.IsZero
                || isPadding != (uncle == MerkleTree.Padding(MerkleTree.RunHeight + level))
            )
                return false;
            var isLeft = (index & 1) == 0;
            node = isLeft ? MerkleTree.Join(node, uncle) : MerkleTree.Join(uncle, node);
        }
        return node == root;
    }

    /// <summary>
    /// Compares the leaf hashes a peer sent, once they are shown to make the proven
    /// <paramref name="runRoot"/>, with those of the bytes received. Bit i of
    /// <paramref name="bad"/> is set where leaf i differs.
    /// </summary>
    /// <returns>False if the hashes sent do not belong to the run: they name no leaf.</returns>
    public static bool FindBadLeaves(
        Hash256 runRoot,
        long length,
        int runIndex,
        ReadOnlySpan<Hash256> sent,
        ReadOnlySpan<Hash256> computed,
        out ulong bad
    )
    {
        bad = 0;
        if (!MerkleTree.IsLength(length))
            return false;
        if (runIndex < 0 || runIndex >= MerkleTree.RunCount(length))
            return false;
        var count = (int)MerkleTree.LeafCount(MerkleTree.RunLength(length, runIndex));
        if (sent.Length != count || computed.Length != count || sent.Contains(default))
            return false;
        Span<Hash256> scratch = stackalloc Hash256[MerkleTree.RunLeaves];
        sent.CopyTo(scratch);
        if (MerkleTree.FoldRun(scratch[..count], length) != runRoot)
            return false;
        for (var i = 0; i < count; i++)
        {
            if (sent[i] != computed[i])
                bad |= 1UL << i;
        }
        return true;
    }
}
