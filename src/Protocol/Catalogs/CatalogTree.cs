using System.Buffers.Binary;
using System.Collections;
using FriendNet.Crypto.Merkle;

namespace FriendNet.Protocol.Catalogs;

/// <summary>The items whose keys begin with these half bytes (0, 1 or 2 of them).</summary>
/// <param name="Value">The half bytes as a number, the first one highest.</param>
public readonly record struct KeyPrefix(int Value, int Nibbles)
{
    public static readonly KeyPrefix All;

    /// <summary>First bytes of the keys within: from First to Last.</summary>
    public int First => Value << (8 - (4 * Nibbles));

    public int Last => First + (0xFF >> (4 * Nibbles));
}

/// <summary>Reads items of a set in strictly ascending order of keys.</summary>
public delegate IEnumerable<TreeItem> ItemsUnder(KeyPrefix prefix);

/// <summary>
/// A tree whose first two levels are remembered, so that one change among N costs about N/256
/// items read. The items stay with the owner. Not thread safe.
/// Commands: Touch, Update; Set, Join. Getters: Root, Middle, Leaf, Entries, Count, LeafTags.
/// </summary>
public sealed class CatalogTree
{
    /// <summary>Bytes of <see cref="Save"/>.</summary>
    public const int SavedBytes = (Leaves + TreeHash.Fanout + 1) * (Hash256.Size + 4);

    private const int Leaves = TreeHash.Fanout * TreeHash.Fanout;

    // More leaves than this are read in one pass.
    private const int SeparateMax = 24;

    private readonly Level _leaves = new(Leaves);
    private readonly Level _middle = new(TreeHash.Fanout);
    private readonly Level _root = new(1);
    private readonly BitArray _touched = new(Leaves);

    public Hash256 Root => _root.Hashes[0];

    public int Entries => _root.Counts[0];

    /// <summary>An item with this key came, went or changed.</summary>
    public void Touch(Hash256 key)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        key.CopyTo(bytes);
        _touched[bytes[0]] = true;
    }

    /// <summary>Everything may have changed.</summary>
    public void TouchAll() => _touched.SetAll(true);

    /// <summary>Hashes what was touched anew.</summary>
    public void Update(ItemsUnder source)
    {
        int[] leaves = [.. Enumerable.Range(0, Leaves).Where(i => _touched[i])];
        if (leaves.Length == 0)
            return;
        if (leaves.Length > SeparateMax)
        {
            leaves = [.. Enumerable.Range(0, Leaves)];
            UpdateAllLeaves(source);
        }
        else
        {
            foreach (var leaf in leaves)
                SetLeaf(leaf, [.. source(new KeyPrefix(leaf, 2))]);
        }

        Join(source);
    }

    /// <summary>A leaf's items, by key. Join is due after some of these.</summary>
    public void Set(int leaf, List<TreeItem> items)
    {
        _touched[leaf] = true;
        SetLeaf(leaf, items);
    }

    /// <summary>All leaves that were touched are set: the nodes above them follow.</summary>
    /// <param name="source">Read under nodes of few items only.</param>
    public void Join(ItemsUnder source)
    {
        for (var parent = 0; parent < TreeHash.Fanout; parent++)
        {
            var prefix = new KeyPrefix(parent, 1);
            if (Enumerable.Range(prefix.First, TreeHash.Fanout).Any(leaf => _touched[leaf]))
                Join(_leaves, _middle, parent, () => source(prefix));
        }

        Join(_middle, _root, 0, () => source(KeyPrefix.All));
        _touched.SetAll(false);
    }

    /// <summary>The node of the keys that begin with this byte.</summary>
    public Hash256 Leaf(int leaf) => _leaves.Hashes[leaf];

    /// <summary>The node of the keys that begin with this half byte.</summary>
    public Hash256 Middle(int middle) => _middle.Hashes[middle];

    /// <summary>Entries under a prefix.</summary>
    public int Count(KeyPrefix prefix) =>
        prefix.Nibbles switch
        {
            0 => Entries,
            1 => _middle.Counts[prefix.Value],
            _ => _leaves.Counts[prefix.Value],
        };

    /// <summary>The first 8 bytes of each leaf's node: 2,048 bytes.</summary>
    public void LeafTags(Span<byte> tags)
    {
        for (var leaf = 0; leaf < Leaves; leaf++)
            BinaryPrimitives.WriteUInt64LittleEndian(tags[(leaf * 8)..], Leaf(leaf).Tag);
    }

    /// <summary>Writes <see cref="SavedBytes"/> bytes; nothing may be touched.</summary>
    public void Save(Span<byte> destination)
    {
        var at = 0;
        foreach (var level in (ReadOnlySpan<Level>)[_leaves, _middle, _root])
        {
            for (var i = 0; i < level.Hashes.Length; i++, at += Hash256.Size + 4)
            {
                level.Hashes[i].CopyTo(destination[at..]);
                var count = destination[(at + Hash256.Size)..];
                BinaryPrimitives.WriteInt32LittleEndian(count, level.Counts[i]);
            }
        }
    }

    /// <summary>What <see cref="Save"/> wrote; null if the length is wrong.</summary>
    public static CatalogTree? Load(ReadOnlySpan<byte> saved)
    {
        if (saved.Length != SavedBytes)
            return null;
        var tree = new CatalogTree();
        var at = 0;
        foreach (var level in (ReadOnlySpan<Level>)[tree._leaves, tree._middle, tree._root])
        {
            for (var i = 0; i < level.Hashes.Length; i++, at += Hash256.Size + 4)
            {
                level.Hashes[i] = new Hash256(saved.Slice(at, Hash256.Size));
                var count = saved[(at + Hash256.Size)..];
                level.Counts[i] = BinaryPrimitives.ReadInt32LittleEndian(count);
            }
        }

        return tree;
    }

    private void UpdateAllLeaves(ItemsUnder source)
    {
        Span<byte> key = stackalloc byte[Hash256.Size];
        var items = new List<TreeItem>();
        var leaf = 0;
        foreach (var item in source(KeyPrefix.All))
        {
            item.Key.CopyTo(key);
            for (; leaf < key[0]; leaf++)
                SetLeaf(leaf, items);
            items.Add(item);
        }

        for (; leaf < Leaves; leaf++)
            SetLeaf(leaf, items);
    }

    private void SetLeaf(int leaf, List<TreeItem> items)
    {
        _leaves.Counts[leaf] = items.Count;
        _leaves.Hashes[leaf] = TreeHash.Node(items, 2);
        items.Clear();
    }

    // A parent with few items is one bucket, so its items are needed and not its children.
    private static void Join(Level from, Level to, int parent, Func<IEnumerable<TreeItem>> items)
    {
        var first = parent * TreeHash.Fanout;
        var count = from.Counts.AsSpan(first, TreeHash.Fanout).ToArray().Sum();
        to.Counts[parent] = count;
        to.Hashes[parent] =
            count == 0 ? default
            : count <= TreeHash.BucketMax ? TreeHash.Bucket([.. items()])
            : TreeHash.Interior(from.Hashes.AsSpan(first, TreeHash.Fanout));
    }

    private sealed class Level(int nodes)
    {
        internal Hash256[] Hashes { get; } = new Hash256[nodes];

        internal int[] Counts { get; } = new int[nodes];
    }
}
