using System.Buffers;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Nodes;

namespace FriendNet.Simulation.Contents;

/// <summary>One version of a catalog, shared by all who hold it.</summary>
internal sealed class Volume(EntrySet set)
{
    private readonly Lazy<long> _encoded = new(() => set.Entries.Sum(Encoded));

    private Shelf? _asWhole;

    private readonly Lazy<byte[]> _view = new(() => Write(set));

    internal EntrySet Set => set;

    /// <summary>Held by many who got it as a whole.</summary>
    internal Shelf AsWhole => _asWhole ??= new Shelf(this, 0, default);

    internal CatalogHead Head => set.Head;

    /// <summary>Bytes of its entries, as quotas count them.</summary>
    internal long EncodedBytes => _encoded.Value;

    /// <summary>All of it as a delta of form 1, as friends' views go.</summary>
    internal byte[] View => _view.Value;

    /// <summary>Bytes of the entries that this has and the older one has not.</summary>
    internal long ChangedBytes(Volume older) => set.Entries.Except(older.Set.Entries).Sum(Encoded);

    private static byte[] Write(EntrySet set)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new DeltaWriter(output, new DeltaHeader(default, set.Head));
        foreach (var entry in set.Entries)
            writer.Add(DeltaStep.Upsert(entry));
        writer.Finish();
        return output.WrittenSpan.ToArray();
    }

    private static long Encoded(CatalogEntry entry) =>
        CatalogEntry.EncodedBytes(entry.Path.Utf8.Length, entry.Content.Length, entry.Modified);
}
