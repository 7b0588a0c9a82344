using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FriendNet.Crypto.Merkle;

namespace FriendNet.Protocol.Catalogs;

/// <summary>An entry as the tree sees it: SHA-256 of its path, SHA-256 of its encoding.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct TreeItem(Hash256 Key, Hash256 Digest);

/// <summary>
/// The Merkle radix tree over a set of entries. The node of a key prefix (in half bytes) is:
/// 32 zero bytes if no key has that prefix; with up to 32 such keys
/// SHA-256(1 ‖ key ‖ digest ‖ key ‖ digest …) in key order; else SHA-256(2 ‖ its 16 children).
/// Only the set decides, not how it was built; each node can be checked alone, given its items.
/// </summary>
public static class TreeHash
{
    /// <summary>Items that share one node: fewer interior nodes, parts worth a message.</summary>
    public const int BucketMax = 32;

    public const int Fanout = 16;

    private const int DepthMax = Hash256.Size * 2;

    /// <summary>The root of a view; memory is bounded whatever its size.</summary>
    /// <param name="items">In strictly ascending order of keys, else it throws.</param>
    public static Hash256 Root(IEnumerable<TreeItem> items) => Node(items, 0);

    /// <summary>The node at this depth over items that share their first half bytes.</summary>
    public static Hash256 Node(IEnumerable<TreeItem> items, int depth)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(depth, DepthMax);
        using var walk = items.GetEnumerator();
        var window = new Window(walk);
        if (!window.TryPeek(out var first))
            return default;
        Span<byte> prefix = stackalloc byte[Hash256.Size];
        first.CopyTo(prefix);
        var node = window.Node(prefix, depth);
        if (window.TryPeek(out _))
            throw new ArgumentException("An item lies outside the node.", nameof(items));
        return node;
    }

    /// <summary>The half byte of a key at this depth: the high one of a byte first.</summary>
    public static int Nibble(ReadOnlySpan<byte> key, int depth) =>
        (depth & 1) == 0 ? key[depth / 2] >> 4 : key[depth / 2] & 15;

    internal static Hash256 Bucket(ReadOnlySpan<TreeItem> items)
    {
        Span<byte> input = stackalloc byte[1 + (BucketMax * 2 * Hash256.Size)];
        input[0] = 1;
        var bytes = MemoryMarshal.AsBytes(items);
        bytes.CopyTo(input[1..]);
        return items.IsEmpty ? default : Sha256(input[..(1 + bytes.Length)]);
    }

    internal static Hash256 Interior(ReadOnlySpan<Hash256> children)
    {
        Span<byte> input = stackalloc byte[1 + (Fanout * Hash256.Size)];
        input[0] = 2;
        MemoryMarshal.AsBytes(children[..Fanout]).CopyTo(input[1..]);
        return Sha256(input);
    }

    private static Hash256 Sha256(ReadOnlySpan<byte> input)
    {
        Span<byte> hash = stackalloc byte[Hash256.Size];
        SHA256.HashData(input, hash);
        return new Hash256(hash);
    }

    // Looks one item further than a bucket holds: enough to know bucket from interior.
    private sealed class Window(IEnumerator<TreeItem> source)
    {
        private readonly TreeItem[] _items = new TreeItem[BucketMax + 1];
        private int _count;
        private Hash256? _last;

        internal bool TryPeek(out Hash256 key)
        {
            Fill();
            key = _items[0].Key;
            return _count > 0;
        }

        internal Hash256 Node(Span<byte> prefix, int depth)
        {
            Fill();
            var inside = 0;
            while (inside < _count && Shares(_items[inside].Key, prefix, depth))
                inside++;
            if (inside <= BucketMax)
            {
                var hash = Bucket(_items.AsSpan(0, inside));
                _count -= inside;
                Array.Copy(_items, inside, _items, 0, _count);
                return hash;
            }

            var children = new Hash256[Fanout];
            for (var nibble = 0; nibble < Fanout; nibble++)
            {
                Set(prefix, depth, nibble);
                children[nibble] = Node(prefix, depth + 1);
            }

            return Interior(children);
        }

        private void Fill()
        {
            while (_count < _items.Length && source.MoveNext())
            {
                var item = source.Current;
                if (_last is { } last && item.Key <= last)
                    throw new ArgumentException("Keys must ascend.", nameof(source));
                _last = item.Key;
                _items[_count++] = item;
            }
        }

        private static bool Shares(Hash256 key, ReadOnlySpan<byte> prefix, int depth)
        {
            Span<byte> bytes = stackalloc byte[Hash256.Size];
            key.CopyTo(bytes);
            var whole = depth / 2;
            return bytes[..whole].SequenceEqual(prefix[..whole])
                && ((depth & 1) == 0 || bytes[whole] >> 4 == prefix[whole] >> 4);
        }

        private static void Set(Span<byte> prefix, int depth, int nibble)
        {
            ref var octet = ref prefix[depth / 2];
            octet = (byte)((depth & 1) == 0 ? nibble << 4 : (octet & 0xF0) | nibble);
        }
    }
}
