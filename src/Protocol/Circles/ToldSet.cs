using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>Who is told what: the audience rule of gossip, and the trees over such sets.</summary>
internal static class ToldSet
{
    /// <summary>At how many hops this friend is told the pseudonym; null: not at all.</summary>
    internal static byte? HopsFor(in Reach reach, int slot, Instant now)
    {
        if (reach is not { HasPlace: true, Head: { } head } || head.HasExpired(now))
            return null;
        if (reach.IsOwnerAt(slot))
            return null;
        var hops = reach.HopsWithout(slot) + 1;
        return hops <= head.Head.Horizon ? (byte)hops : null;
    }

    internal static byte? HopsFor(Known known, Neighbour neighbour, Instant now) =>
        HopsFor(Reach.Of(known), neighbour.Slot, now);

    /// <summary>A head with its hops, as the trees of both sides see it.</summary>
    internal static TreeItem Item(SignedHead head, int hops)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        head.Id.CopyTo(digest);
        digest[^1] = (byte)hops;
        return new TreeItem(head.Pseudonym.Key, new Hash256(digest));
    }

    internal static Hash256 Root(List<TreeItem> ascending) => TreeHash.Root(ascending);

    /// <summary>The first 8 bytes of each of the 16 or 256 nodes at depth 1 or 2.</summary>
    internal static byte[] Tags(List<TreeItem> ascending, int depth)
    {
        var groups = depth == 1 ? TreeHash.Fanout : TreeHash.Fanout * TreeHash.Fanout;
        var tags = new byte[groups * sizeof(ulong)];
        Span<byte> hash = stackalloc byte[Hash256.Size];
        for (var at = 0; at < ascending.Count; )
        {
            var group = Group(ascending[at].Key, depth);
            var end = at + 1;
            while (end < ascending.Count && Group(ascending[end].Key, depth) == group)
                end++;
            TreeHash.Node(ascending[at..end], depth).CopyTo(hash);
            hash[..sizeof(ulong)].CopyTo(tags.AsSpan(group * sizeof(ulong)));
            at = end;
        }

        return tags;
    }

    /// <summary>The first one or two half bytes.</summary>
    internal static int Group(Hash256 key, int depth)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        key.CopyTo(bytes);
        return depth == 1 ? TreeHash.Nibble(bytes, 0) : bytes[0];
    }
}
