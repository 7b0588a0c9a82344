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
/// Into which parts a large catalog falls: 16 groups by the first half byte of keys, of a very
/// large one those with more than a bucket again by the second. Ascending by prefix. Groups are
/// asked for by the bits of a number.
/// </summary>
public sealed class PartNodes
{
    /// <summary>All groups.</summary>
    public const uint All = (1 << TreeHash.Fanout) - 1;

    /// <summary>Bytes of <see cref="CatalogTree.LeafTags"/>.</summary>
    public const int LeafTagsBytes = TreeHash.Fanout * TreeHash.Fanout * sizeof(ulong);

    private const int NodesBytes = TreeHash.Fanout * Hash256.Size;
    private const long SplitFrom = TreeHash.Fanout * Limits.CirclePartEntries;

    private readonly List<Part> _parts;

    private PartNodes(List<Part> parts) => _parts = parts;

    /// <summary>What a publisher's or relay's tree says of itself, of these groups all.</summary>
    public static CircleAnswer Of(CatalogTree tree, CatalogHead head, uint groups = All)
    {
        var answer = new CircleAnswer();
        var (middle, leaves) = (new List<Hash256>(), new List<Hash256>());
        for (var group = 0; group < TreeHash.Fanout; group++)
        {
            middle.Add(tree.Middle(group));
            var isSmall =
                head.Entries <= SplitFrom || tree.Count(new(group, 1)) <= TreeHash.BucketMax;
            if (isSmall || !Has(groups, group))
                continue;
            answer.Split |= 1u << group;
            for (var leaf = 0; leaf < TreeHash.Fanout; leaf++)
                leaves.Add(tree.Leaf((group * TreeHash.Fanout) + leaf));
        }

        answer.Middle = Bytes(middle);
        answer.Leaves = Bytes(leaves);
        return answer;
    }

    /// <summary>Null: these nodes do not fold to the head.</summary>
    public static PartNodes? TryFold(CatalogHead head, CircleAnswer answer)
    {
        var split = answer.Split;
        if (head.Entries <= TreeHash.BucketMax || split > All)
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
        for (var group = 0; group < TreeHash.Fanout; group++)
        {
            if (!Has(split, group))
            {
                parts.Add(new(new(group, 1), middle[group]));
                continue;
            }

            if (TreeHash.Interior(leaves) != middle[group])
                return null;
            for (var leaf = 0; leaf < TreeHash.Fanout; leaf++)
                parts.Add(new(new((group * TreeHash.Fanout) + leaf, 2), leaves[leaf]));
            leaves = leaves[TreeHash.Fanout..];
        }

        return new PartNodes(parts);
    }

    /// <summary>Those of these groups that are not as the asker holds them.</summary>
    /// <param name="isHeld">Whether it holds a part.</param>
    public IReadOnlyList<Part> Differing(uint groups, Func<Part, bool> isHeld) =>
        [.. _parts.Where(part => Has(groups, GroupOf(part.Prefix)) && !isHeld(part))];

    /// <summary>The same for another's tree, of which only the leaves' tags are known.</summary>
    /// <param name="leafTags">Empty: it holds nothing.</param>
    public IReadOnlyList<Part> Differing(
        uint groups,
        ReadOnlyMemory<byte> leafTags,
        CatalogTree mine
    )
    {
        return Differing(groups, IsSame);

        bool IsSame(Part part)
        {
            for (var leaf = part.Prefix.First; leaf <= part.Prefix.Last; leaf++)
            {
                var theirs = leafTags.IsEmpty
                    ? 0
                    : BinaryPrimitives.ReadUInt64LittleEndian(
                        leafTags.Span[(leaf * sizeof(ulong))..]
                    );
                if (theirs != mine.Leaf(leaf).Tag)
                    return false;
            }

            return true;
        }
    }

    internal static int GroupOf(KeyPrefix prefix) => prefix.First / TreeHash.Fanout;

    private static bool Has(uint groups, int group) => (groups >> group & 1) != 0;

    private static ByteString Bytes(List<Hash256> nodes) =>
        ByteString.CopyFrom(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(nodes)));
}
