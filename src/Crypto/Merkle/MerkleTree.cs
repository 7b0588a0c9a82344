using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FriendNet.Crypto.Merkle;

/// <summary>
/// The shape of a BEP 52 file tree: SHA-256 over 16 KiB leaves, the last one at its real length,
/// padded with zero hashes to a power of two. A run is 64 leaves, aligned: the unit of transfer.
/// </summary>
/// <remarks>
/// BEP 52 gives an empty file no root; here it is the all-zero hash with length 0.
/// Lengths outside 0..<see cref="LengthMax"/> are a caller's bug and throw.
/// </remarks>
public static class MerkleTree
{
    /// <summary>Bytes of a full leaf.</summary>
    public const int LeafBytes = 16 * 1024;

    /// <summary>Leaves of a full run.</summary>
    public const int RunLeaves = 64;

    /// <summary>Bytes of a full run, 1 MiB.</summary>
    public const int RunBytes = LeafBytes * RunLeaves;

    /// <summary>Levels from a leaf up to the root of a full run.</summary>
    public const int RunHeight = 6;

    /// <summary>1 PiB: far beyond any disk at home, and run indices still fit an int.</summary>
    public const long LengthMax = 1L << 50;

    /// <summary>
    /// The longest proof: levels from a run's root to the root of the longest file.
    /// </summary>
    public const int ProofMax = 30;

    private static readonly Hash256[] Paddings = MakePaddings();

    /// <summary>Whether a length (as a peer claims it) is one a file can have.</summary>
    public static bool IsLength(long length) => length is >= 0 and <= LengthMax;

    /// <summary>Leaves of a file; 0 if it is empty.</summary>
    public static long LeafCount(long length) => Parts(length, LeafBytes);

    /// <summary>Runs of a file; 0 if it is empty.</summary>
    public static int RunCount(long length) => (int)Parts(length, RunBytes);

    /// <summary>Hashes in the run layer that a sharer keeps; 0 up to 1 MiB.</summary>
    public static int LayerCount(long length) => length <= RunBytes ? 0 : RunCount(length);

    /// <summary>Levels from a leaf to the file's root; 0 for one leaf or none.</summary>
    public static int Height(long length) => Levels(LeafCount(length));

    /// <summary>Hashes in the proof of a run; 0 up to 1 MiB.</summary>
    public static int ProofCount(long length) => Levels(RunCount(length));

    /// <summary>Bytes of one run of the file; only the last is shorter than 1 MiB.</summary>
    public static int RunLength(long length, int runIndex)
    {
        if (runIndex < 0 || runIndex >= RunCount(length))
            throw new ArgumentOutOfRangeException(nameof(runIndex));
        return (int)Math.Min(RunBytes, length - ((long)runIndex * RunBytes));
    }

    /// <summary>The hash of a subtree of that height wholly beyond the file's end.</summary>
    public static Hash256 Padding(int height) => Paddings[height];

    /// <summary>
    /// The root over a whole run layer. <paramref name="runLayer"/> must have
    /// <see cref="LayerCount"/> hashes, and the file more than 1 MiB.
    /// </summary>
    public static Hash256 RootOfLayer(ReadOnlySpan<Hash256> runLayer, long length)
    {
        if (runLayer.Length == 0 || runLayer.Length != LayerCount(length))
            throw new ArgumentException("Not the run layer of that length.", nameof(runLayer));
        return RootOfLevel(runLayer, RunHeight);
    }

    /// <summary>
    /// The root over a whole level at that height from the leaves: 1 to 2^30 hashes, up to the
    /// last one that is not wholly padding, in a tree of 36 levels at most.
    /// </summary>
    public static Hash256 RootOfLevel(ReadOnlySpan<Hash256> layer, int height)
    {
        ArgumentOutOfRangeException.ThrowIfZero(layer.Length, nameof(layer));
        Span<Hash256> pending = stackalloc Hash256[ProofMax + 1];
        // A binary counter: pending[h] waits for its right sister where bit h of the count is set.
        for (var i = 0; i < layer.Length; i++)
        {
            var node = layer[i];
            var level = 0;
            for (; (i >> level & 1) != 0; level++)
                node = Join(pending[level], node);
            pending[level] = node;
        }
        return FoldPending(pending, layer.Length, height);
    }

    /// <summary>The root of a run of the file from all of its leaf hashes, 1 to 64.</summary>
    public static Hash256 RootOfRun(ReadOnlySpan<Hash256> leaves, long length)
    {
        Span<Hash256> scratch = stackalloc Hash256[RunLeaves];
        leaves.CopyTo(scratch);
        return FoldRun(scratch[..leaves.Length], length);
    }

    /// <summary>The parent of two nodes.</summary>
    internal static Hash256 Join(in Hash256 left, in Hash256 right)
    {
        Span<Hash256> pair = [left, right];
        SHA256.HashData(MemoryMarshal.AsBytes(pair), MemoryMarshal.AsBytes(pair[..1]));
        return pair[0];
    }

    /// <summary>
    /// Replaces the nodes of one level (counted from the leaves) by their parents in place, the
    /// odd last one joined with padding, and gives the number of parents.
    /// </summary>
    public static int FoldLevel(Span<Hash256> nodes, Span<Hash256> parents, int level)
    {
        var from = MemoryMarshal.AsBytes(nodes);
        var to = MemoryMarshal.AsBytes(parents);
        var pairs = nodes.Length / 2;
        var i = 0;
        for (; i + HashLanes.Lanes <= pairs && HashLanes.IsSupported; i += HashLanes.Lanes)
            HashLanes.Hash(
                from.Slice(i * 64, HashLanes.Lanes * 64),
                parents.Slice(i, HashLanes.Lanes)
            );
        for (; i < pairs; i++)
            SHA256.HashData(from.Slice(i * 64, 64), to.Slice(i * 32, 32));
        if (nodes.Length % 2 == 0)
            return pairs;
        parents[pairs] = Join(nodes[^1], Padding(level));
        return pairs + 1;
    }

    /// <summary>The root of a run from its leaf hashes, which are overwritten.</summary>
    internal static Hash256 FoldRun(Span<Hash256> leaves, long length)
    {
        var height = Math.Min(RunHeight, Height(length));
        for (var level = 0; level < height; level++)
            leaves = leaves[..FoldLevel(leaves, leaves, level)];
        return leaves[0];
    }

    private static Hash256 FoldPending(ReadOnlySpan<Hash256> pending, int count, int height)
    {
        var levels = Levels(count);
        if (count == 1 << levels)
            return pending[levels];
        var level = BitOperations.TrailingZeroCount(count);
        var node = pending[level];
        for (; level < levels; level++)
        {
            var isRight =
                level > BitOperations.TrailingZeroCount(count) && (count >> level & 1) != 0;
            node = isRight ? Join(pending[level], node) : Join(node, Padding(height + level));
        }
        return node;
    }

    private static long Parts(long length, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LengthMax);
        return (length + size - 1) / size;
    }

    private static int Levels(long count) =>
        count <= 1 ? 0 : BitOperations.Log2((ulong)count - 1) + 1;

    private static Hash256[] MakePaddings()
    {
        var paddings = new Hash256[RunHeight + ProofMax + 1];
        for (var height = 1; height < paddings.Length; height++)
            paddings[height] = Join(paddings[height - 1], paddings[height - 1]);
        return paddings;
    }
}
