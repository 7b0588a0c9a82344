using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Protocol.Catalogs;

/// <summary>The entries of one key prefix, and the node that they hash to.</summary>
public readonly record struct Part(KeyPrefix Prefix, Hash256 Node);

/// <summary>
/// Into which parts a large catalog falls: 16 by the first half byte of keys, of a very large one
/// those with more than a bucket again by the second. Ascending by prefix.
/// </summary>
public sealed class PartNodes
{
    /// <summary>Bytes of <see cref="CatalogTree.LeafTags"/>.</summary>
    public const int LeafTagsBytes = TreeHash.Fanout * TreeHash.Fanout * sizeof(ulong);

    private const int NodesBytes = TreeHash.Fanout * Hash256.Size;
    private const long SplitFrom = TreeHash.Fanout * Limits.CirclePartEntries;

    private readonly List<Part> _parts;

    private PartNodes(List<Part> parts) => _parts = parts;

    /// <summary>What a publisher's or relay's tree says of itself.</summary>
    public static CircleAnswer Of(CatalogTree tree, CatalogHead head)
    {
        var answer = new CircleAnswer();
        var (middle, leaves) = (new List<Hash256>(), new List<Hash256>());
        for (var part = 0; part < TreeHash.Fanout; part++)
        {
            middle.Add(tree.Middle(part));
            if (head.Entries <= SplitFrom || tree.Count(new(part, 1)) <= TreeHash.BucketMax)
                continue;
            answer.Split |= 1u << part;
            for (var leaf = 0; leaf < TreeHash.Fanout; leaf++)
                leaves.Add(tree.Leaf((part * TreeHash.Fanout) + leaf));
        }

        answer.Middle = Bytes(middle);
        answer.Leaves = Bytes(leaves);
        return answer;
    }

    /// <summary>Null: these nodes do not fold to the head.</summary>
    public static PartNodes? TryFold(CatalogHead head, CircleAnswer answer)
    {
        var split = answer.Split;
        if (head.Entries <= TreeHash.BucketMax || split >> TreeHash.Fanout != 0)
            return null;
        var isSized =
            answer.Middle.Length == NodesBytes
            && answer.Leaves.Length == NodesBytes * BitOperations.PopCount(split);
        if (!isSized)
            return null;
        var middle = MemoryMarshal.Cast<byte, Hash256>(answer.Middle.Span);
        if (TreeHash.Interior(middle) != head.Root)
            return null;
        var leaves = MemoryMarshal.Cast<byte, Hash256>(answer.Leaves.Span);
        var parts = new List<Part>();
        for (var part = 0; part < TreeHash.Fanout; part++)
        {
            if ((split >> part & 1) == 0)
            {
                parts.Add(new(new(part, 1), middle[part]));
                continue;
            }

            if (TreeHash.Interior(leaves) != middle[part])
                return null;
            for (var leaf = 0; leaf < TreeHash.Fanout; leaf++)
                parts.Add(new(new((part * TreeHash.Fanout) + leaf, 2), leaves[leaf]));
            leaves = leaves[TreeHash.Fanout..];
        }

        return new PartNodes(parts);
    }

    /// <summary>What is not held as it should be.</summary>
    public IReadOnlyList<Part> Differing(CatalogTree mine) =>
        [
            .. _parts.Where(part =>
                part.Node
                != (
                    part.Prefix.Nibbles == 1
                        ? mine.Middle(part.Prefix.Value)
                        : mine.Leaf(part.Prefix.Value)
                )
            ),
        ];

    /// <summary>The same for another's tree, of which only the leaves' tags are known.</summary>
    public IReadOnlyList<Part> Differing(ReadOnlySpan<byte> leafTags, CatalogTree mine)
    {
        var due = new List<Part>();
        foreach (var part in _parts)
        {
            var (isSame, first) = (true, part.Prefix.First);
            for (var leaf = first; leaf <= part.Prefix.Last; leaf++)
            {
                var tag = BinaryPrimitives.ReadUInt64LittleEndian(
                    leafTags[(leaf * sizeof(ulong))..]
                );
                isSame &= tag == mine.Leaf(leaf).Tag;
            }

            if (!isSame)
                due.Add(part);
        }

        return due;
    }

    private static ByteString Bytes(List<Hash256> nodes) =>
        ByteString.CopyFrom(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(nodes)));
}
