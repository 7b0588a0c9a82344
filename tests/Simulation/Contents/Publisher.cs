using FriendNet.Bench.Catalogs;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Contents;

/// <summary>Makes up what nodes share.</summary>
internal static class Publisher
{
    internal static EntrySet First(ulong seed, int node, int entries)
    {
        var draws = new Seeds(seed, Purpose.Content, node);
        return EntrySet.Of(Names.Entries((int)(draws.Next() >> 33), entries));
    }

    /// <summary>So many entries got other content.</summary>
    internal static EntrySet Change(EntrySet old, int count, ulong seed, int node)
    {
        var draws = new Seeds(seed, Purpose.Change, node);
        var root = new byte[Hash256.Size];
        var steps = new List<DeltaStep>();
        for (var i = 0; i < count; i++)
        {
            var entry = old.Entries[draws.Next(old.Entries.Length)];
            draws.Fill(root);
            entry = entry with
            {
                Content = new(new Hash256(root), 1 + draws.Next(1L << 26)),
                Modified = entry.Modified + 1,
            };
            steps.Add(DeltaStep.Upsert(entry));
        }

        return old.With(steps);
    }
}
