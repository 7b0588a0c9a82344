using System.Buffers;
using System.Collections.Immutable;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Catalogs;

/// <summary>
/// A catalog in memory that never changes: of the simulator, and of tests. For any thread.
/// </summary>
public sealed class EntrySet : IHeldItems
{
    public static readonly EntrySet Empty = new([]);

    private readonly Lazy<byte[]> _whole;
    private readonly Lazy<HeldItem[]> _byKey;
    private readonly Lazy<ILookup<int, CatalogEntry>> _byLeaf;

    private EntrySet(ImmutableArray<CatalogEntry> byPath)
    {
        Entries = byPath;
        var items = byPath.Select(e => e.Item()).OrderBy(i => i.Key);
        var bytes = byPath.Sum(e => e.Content.Length);
        Head = new CatalogHead(TreeHash.Root(items), byPath.Length, bytes);
        _whole = new(() => Write(new DeltaHeader(default, Head), byPath.Select(DeltaStep.Upsert)));
        _byLeaf = new(() => byPath.ToLookup(e => CatalogEntry.KeyOf(e.Path.Utf8).First));
        _byKey = new(() =>
            [
                .. byPath
                    .Select(e => new HeldItem(e.Item(), e.Content.Length))
                    .OrderBy(i => i.Item.Key),
            ]
        );
    }

    /// <summary>By path.</summary>
    public ImmutableArray<CatalogEntry> Entries { get; }

    public CatalogHead Head { get; }

    /// <summary>Everything in one delta of form 2: the compressed copy.</summary>
    public ReadOnlyMemory<byte> Whole => _whole.Value;

    /// <summary>The last of several entries at one path counts.</summary>
    public static EntrySet Of(IEnumerable<CatalogEntry> entries) =>
        Empty.With(entries.Select(DeltaStep.Upsert));

    /// <summary>A tree of it, the caller's to change.</summary>
    public CatalogTree Tree()
    {
        var tree = new CatalogTree();
        tree.TouchAll();
        tree.Update(ItemsUnder);
        return tree;
    }

    public EntrySet With(IEnumerable<DeltaStep> steps)
    {
        var byPath = new SortedDictionary<CatalogPath, CatalogEntry>();
        foreach (var entry in Entries)
            byPath.Add(entry.Path, entry);
        foreach (var step in steps)
            Do(byPath, step);
        return new EntrySet([.. byPath.Values]);
    }

    /// <summary>The steps from another state to this one in one delta of form 2.</summary>
    public byte[] DeltaFrom(EntrySet before)
    {
        var kept = Entries.Select(e => e.Path).ToHashSet();
        var gone = before.Entries.Where(e => !kept.Contains(e.Path));
        var come = Entries.Except(before.Entries);
        return Write(
            new DeltaHeader(before.Head.Root, Head),
            [.. gone.Select(e => DeltaStep.Remove(e.Path)), .. come.Select(DeltaStep.Upsert)]
        );
    }

    /// <summary>
    /// Follows deltas of form 2, the first from here or from nothing, to a head. Null: they are
    /// wrong, or lead elsewhere.
    /// </summary>
    public EntrySet? Apply(ReadOnlyMemory<byte> deltas, CatalogHead head)
    {
        var at = this;
        var input = deltas.Span;
        do
        {
            using var reader = new DeltaReader(form: DeltaForm.Tags, followed: true);
            var steps = new List<DeltaStep>();
            DeltaStatus status;
            while ((status = reader.Read(ref input, out var step)) <= DeltaStatus.Step)
            {
                if (status == DeltaStatus.NeedsInput)
                    return null;
                if (status == DeltaStatus.Step)
                    steps.Add(step);
            }

            if (status != DeltaStatus.End)
                return null;
            var isFirst = ReferenceEquals(at, this);
            if (reader.Tags.From != at.Head.Root.Tag && (reader.Tags.From != 0 || !isFirst))
                return null;
            at = (reader.Tags.From == 0 ? Empty : at).With(steps);
            if (reader.Tags.To != at.Head.Root.Tag)
                return null;
        } while (!input.IsEmpty);

        return at.Head == head ? at : null;
    }

    /// <summary>The entries whose keys begin with this byte, by path.</summary>
    public IEnumerable<CatalogEntry> EntriesOf(int leaf) => _byLeaf.Value[leaf];

    /// <inheritdoc/>
    public IEnumerable<HeldItem> Leaf(int leaf) => Within(new KeyPrefix(leaf, 2));

    /// <inheritdoc/>
    public IEnumerable<CatalogPath> Under(CatalogPath folder) =>
        Entries.Where(e => e.Path.IsUnder(folder)).Select(e => e.Path);

    private IEnumerable<TreeItem> ItemsUnder(KeyPrefix prefix) =>
        Within(prefix).Select(i => i.Item);

    private IEnumerable<HeldItem> Within(KeyPrefix prefix)
    {
        var items = _byKey.Value;
        var (at, end) = (0, items.Length);
        while (at < end)
        {
            var middle = (at + end) / 2;
            if (items[middle].Item.Key.First < prefix.First)
                at = middle + 1;
            else
                end = middle;
        }

        for (; at < items.Length && items[at].Item.Key.First <= prefix.Last; at++)
            yield return items[at];
    }

    private static void Do(SortedDictionary<CatalogPath, CatalogEntry> entries, DeltaStep step)
    {
        if (step.Kind == DeltaKind.Upsert)
            entries[step.Path] = step.Entry;
        else if (step.Kind == DeltaKind.Remove)
            entries.Remove(step.Path);
        else
            foreach (var path in entries.Keys.Where(p => p.IsUnder(step.Path)).ToList())
                entries.Remove(path);
    }

    private static byte[] Write(DeltaHeader header, IEnumerable<DeltaStep> steps)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new DeltaWriter(output, header, DeltaForm.Tags);
        foreach (var step in steps)
            writer.Add(step);
        writer.Finish();
        return output.WrittenSpan.ToArray();
    }
}
