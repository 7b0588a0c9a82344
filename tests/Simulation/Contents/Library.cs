using System.Collections.Concurrent;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;

namespace FriendNet.Simulation.Contents;

/// <summary>
/// Every catalog of a world by its root, kept once for all nodes. What many nodes check alike is
/// checked once for each distinct input, by the real code.
/// </summary>
internal sealed class Library
{
    private readonly ConcurrentDictionary<Hash256, Catalog> _catalogs = new();
    private readonly ConcurrentDictionary<(Hash256, Hash256), byte[]> _deltas = new();
    private readonly ConcurrentDictionary<(Hash256, ReadOnlyMemory<byte>), Catalog?> _applied =
        new();

    internal Catalog Add(Catalog catalog) => _catalogs.GetOrAdd(catalog.Head.Root, catalog);

    internal Catalog? Find(Hash256 root) => _catalogs.GetValueOrDefault(root);

    /// <summary>From that root if it is known, else from nothing.</summary>
    internal byte[] Delta(Hash256 from, Catalog to) =>
        !from.IsZero && Find(from) is { } older
            ? _deltas.GetOrAdd((from, to.Head.Root), _ => to.From(older))
            : to.Whole;

    /// <summary>What a delta makes of a catalog; null if it does not lead where it says.</summary>
    internal Catalog? Apply(Catalog? held, ReadOnlyMemory<byte> delta) =>
        _applied.GetOrAdd((held?.Head.Root ?? default, delta), _ => Read(held, delta.Span));

    private Catalog? Read(Catalog? held, ReadOnlySpan<byte> delta)
    {
        using var reader = new DeltaReader();
        var entries = new SortedDictionary<CatalogPath, CatalogEntry>();
        while (true)
        {
            switch (reader.Read(ref delta, out var step))
            {
                case DeltaStatus.Header when !reader.Header.From.IsZero:
                    if (held is null || held.Head.Root != reader.Header.From)
                        return null;
                    foreach (var entry in held.Entries)
                        entries.Add(entry.Path, entry);
                    break;
                case DeltaStatus.Header:
                    break;
                case DeltaStatus.Step when step.Kind == DeltaKind.Upsert:
                    entries[step.Path] = step.Entry;
                    break;
                case DeltaStatus.Step:
                    entries.Remove(step.Path);
                    break;
                case DeltaStatus.End:
                    var catalog = new Catalog([.. entries.Values]);
                    return catalog.Head == reader.Header.To ? Add(catalog) : null;
                default:
                    return null;
            }
        }
    }
}
