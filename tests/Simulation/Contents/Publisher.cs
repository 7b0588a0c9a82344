using FriendNet.Bench.Catalogs;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Contents;

/// <summary>Makes up what nodes share.</summary>
internal static class Publisher
{
    internal static Catalog First(ulong seed, int node, int entries)
    {
        var draws = new Seeds(seed, Purpose.Content, node);
        var made = Names.Entries((int)(draws.Next() >> 33), entries);
        return new Catalog([.. made.OrderBy(entry => entry.Path).DistinctBy(entry => entry.Path)]);
    }

    /// <summary>So many entries got other content.</summary>
    internal static Catalog Change(Catalog old, int count, ulong seed, int node)
    {
        var draws = new Seeds(seed, Purpose.Change, node);
        CatalogEntry[] entries = [.. old.Entries];
        var root = new byte[Hash256.Size];
        for (var i = 0; i < count; i++)
        {
            ref var entry = ref entries[draws.Next(entries.Length)];
            draws.Fill(root);
            entry = entry with
            {
                Content = new(new Hash256(root), 1 + draws.Next(1L << 26)),
                Modified = entry.Modified + 1,
            };
        }

        return new Catalog(entries);
    }
}
