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
    /// a catalog.
    /// </summary>
    /// <param name="due">What must come.</param>
    /// <param name="right">Parts that are as they must be; some may be though others are wrong.
    /// </param>
    public static CheckOutcome Read(
        CatalogHead head,
        IReadOnlyList<Part> due,
        DeltaSteps source,
        out IReadOnlyList<RightPart> right
    )
    {
        right = [];
        var parts = new List<CatalogEntry>?[due.Count];
        var partOf = new Dictionary<int, int>();
        for (var part = 0; part < due.Count; part++)
        {
            foreach (var leaf in Leaves(due[part].Prefix))
                partOf.Add(leaf, part);
        }

        using var reader = new DeltaReader(form: DeltaForm.Tags, followed: true);
        var (bytes, left, isBegun) = (0L, head.Entries, false);
        CatalogPath last = default;
        while (true)
        {
            switch (source(reader, out var step))
            {
                case DeltaStatus.Header when reader.Tags == new DeltaTags(0, head.Root.Tag):
                    break;
                case DeltaStatus.Step
                    when step.Kind == DeltaKind.Upsert
                        && --left >= 0
                        && (!isBegun || last < step.Path)
                        && partOf.TryGetValue(First(step.Path), out var part):
                    (last, isBegun) = (step.Path, true);
                    bytes += step.Path.Utf8.Length + CatalogEntry.FixedBytesMax;
                    if (bytes > 2 * Limits.CatalogBytesMax)
                        return CheckOutcome.TooLarge;
                    (parts[part] ??= []).Add(step.Entry);
                    break;
                case DeltaStatus.End:
                    right =
                    [
                        .. due.Select((part, at) => Check(part, parts[at])).OfType<RightPart>(),
                    ];
                    return right.Count == due.Count ? CheckOutcome.Right : CheckOutcome.Wrong;
                case DeltaStatus.NeedsInput:
                    return CheckOutcome.CutOff;
                default:
                    return CheckOutcome.Wrong;
            }
        }
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
}
