using System.Buffers;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Contents;

/// <summary>One version of a catalog, made once however many nodes hold it.</summary>
internal sealed class Catalog
{
    private byte[]? _whole;

    /// <param name="entries">In ascending order of paths.</param>
    internal Catalog(CatalogEntry[] entries)
    {
        Entries = entries;
        var items = entries.Select(entry => entry.Item()).OrderBy(item => item.Key);
        var bytes = entries.Sum(entry => entry.Content.Length);
        Head = new CatalogHead(TreeHash.Root(items), entries.Length, bytes);
    }

    internal CatalogEntry[] Entries { get; }

    internal CatalogHead Head { get; }

    /// <summary>The compressed copy: the delta from nothing.</summary>
    internal byte[] Whole => _whole ??= Write(default, Entries.Select(DeltaStep.Upsert));

    internal byte[] From(Catalog older) => Write(older.Head.Root, Steps(older));

    /// <summary>Bytes of the entries that this has and the older one has not.</summary>
    internal long ChangedBytes(Catalog older) =>
        Steps(older)
            .Sum(step =>
                CatalogEntry.EncodedBytes(step.Path.Utf8.Length, step.Content.Length, step.Modified)
            );

    private List<DeltaStep> Steps(Catalog older)
    {
        var steps = new List<DeltaStep>();
        var (i, j) = (0, 0);
        while (i < Entries.Length || j < older.Entries.Length)
        {
            var order =
                i == Entries.Length ? 1
                : j == older.Entries.Length ? -1
                : Entries[i].Path.CompareTo(older.Entries[j].Path);
            if (order > 0)
                steps.Add(DeltaStep.Remove(older.Entries[j].Path));
            else if (order < 0 || Entries[i] != older.Entries[j])
                steps.Add(DeltaStep.Upsert(Entries[i]));
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return steps;
    }

    private byte[] Write(Crypto.Merkle.Hash256 from, IEnumerable<DeltaStep> steps)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new DeltaWriter(output, new DeltaHeader(from, Head));
        foreach (var step in steps)
            writer.Add(step);
        writer.Finish();
        return output.WrittenSpan.ToArray();
    }
}
