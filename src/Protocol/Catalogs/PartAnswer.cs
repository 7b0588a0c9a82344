using System.Buffers;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Catalogs;

/// <summary>A part that hashes to its node; its entries by path.</summary>
public readonly record struct RightPart(Part Part, IReadOnlyList<CatalogEntry> Entries);

/// <summary>
/// The answer to a request by parts: the nodes, and the entries of all parts that the asker does
/// not hold, by path: so they take hardly more bytes than the same entries of a whole catalog.
/// </summary>
public static class PartAnswer
{
    private const int StepsAtOnce = 500;

    /// <summary>Writes one delta of form 2 from nothing.</summary>
    /// <param name="leaf">Entries whose keys begin with this byte, in any order.</param>
    /// <returns>What goes before it.</returns>
    public static CircleAnswer Write(
        CatalogTree tree,
        CatalogHead head,
        CircleRequest request,
        Func<int, IEnumerable<CatalogEntry>> leaf,
        IBufferWriter<byte> output
    )
    {
        var answer = PartNodes.Of(tree, head, request.Parts);
        var nodes = PartNodes.TryFold(head, answer);
        var due = nodes?.Differing(request.Parts, request.HaveLeaves.Memory, tree) ?? [];
        var entries = due.SelectMany(part => Leaves(part.Prefix)).SelectMany(leaf);
        using var writer = new DeltaWriter(output, new(default, head), DeltaForm.Tags);
        foreach (var entry in entries.OrderBy(entry => entry.Path))
            writer.Add(DeltaStep.Upsert(entry));
        writer.Finish();
        return answer;
    }

    /// <summary>
    /// Reads such a delta from hostile bytes, to its end. Memory: its entries, at most those of
    /// a catalog. Goes on by pieces of some milliseconds; null: there is more to do.
    /// </summary>
    /// <param name="due">What must come.</param>
    /// <param name="right">Gets the parts that are as they must be; some may be though others are
    /// wrong.</param>
    public static IEnumerable<CheckOutcome?> Read(
        CatalogHead head,
        IReadOnlyList<Part> due,
        DeltaSteps source,
        List<RightPart> right
    )
    {
        var parts = new List<CatalogEntry>?[due.Count];
        var partOf = new Dictionary<int, int>();
        for (var part = 0; part < due.Count; part++)
        {
            foreach (var leaf in Leaves(due[part].Prefix))
                partOf.Add(leaf, part);
        }

        CheckOutcome? outcome;
        using var reader = new DeltaReader(form: DeltaForm.Tags, followed: true);
        var taken = new Taken(head, parts, partOf);
        var steps = 0;
        while ((outcome = taken.Take(source(reader, out var step), reader, step)) is null)
        {
            if (++steps % StepsAtOnce == 0)
                yield return null;
        }

        for (var at = 0; outcome == CheckOutcome.Right && at < due.Count; at++)
        {
            if (Check(due[at], parts[at]) is { } one)
                right.Add(one);
            yield return null;
        }

        yield return outcome == CheckOutcome.Right && right.Count < due.Count
            ? CheckOutcome.Wrong
            : outcome;
    }

    internal static IEnumerable<int> Leaves(KeyPrefix prefix) =>
        Enumerable.Range(prefix.First, prefix.Last - prefix.First + 1);

    public static int First(CatalogPath path) => CatalogEntry.KeyOf(path.Utf8).First;

    private static RightPart? Check(Part part, List<CatalogEntry>? entries)
    {
        var items = (entries ?? []).Select(entry => entry.Item()).OrderBy(item => item.Key);
        return TreeHash.Node(items, part.Prefix.Nibbles) == part.Node
            ? new RightPart(part, entries ?? [])
            : null;
    }

    // Entries as they come, by path, each into its part.
    private sealed class Taken(
        CatalogHead head,
        List<CatalogEntry>?[] parts,
        Dictionary<int, int> partOf
    )
    {
        private long _left = head.Entries;
        private long _bytes;
        private CatalogPath? _last;

        // Null: go on. Right: all has come.
        internal CheckOutcome? Take(DeltaStatus status, DeltaReader reader, DeltaStep step) =>
            status switch
            {
                DeltaStatus.Header when reader.Tags == new DeltaTags(0, head.Root.Tag) => null,
                DeltaStatus.Step
                    when step.Kind == DeltaKind.Upsert
                        && --_left >= 0
                        && (_last is not { } last || last < step.Path) => Take(step.Entry),
                DeltaStatus.End => CheckOutcome.Right,
                DeltaStatus.NeedsInput => CheckOutcome.CutOff,
                _ => CheckOutcome.Wrong,
            };

        private CheckOutcome? Take(CatalogEntry entry)
        {
            if (!partOf.TryGetValue(First(entry.Path), out var part))
                return CheckOutcome.Wrong;
            _last = entry.Path;
            _bytes += entry.Path.Utf8.Length + CatalogEntry.FixedBytesMax;
            (parts[part] ??= []).Add(entry);
            return _bytes > 2 * Limits.CatalogBytesMax ? CheckOutcome.TooLarge : null;
        }
    }
}
