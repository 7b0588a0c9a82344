using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Catalogs;

public enum CheckOutcome
{
    /// <summary>What was sent leads to the head.</summary>
    Right,

    /// <summary>It does not; nothing but a lie, or a loss of ours, makes it so.</summary>
    Wrong,

    /// <summary>The bytes end before the deltas do.</summary>
    CutOff,

    /// <summary>More than is taken.</summary>
    TooLarge,
}

/// <summary>
/// Goes one step on in deltas that follow one another: reads by the reader what it needs.
/// NeedsInput: the bytes end.
/// </summary>
public delegate DeltaStatus DeltaSteps(DeltaReader reader, out DeltaStep step);

/// <summary>
/// Runs deltas over held items in memory: whether they lead to the head, before anything is
/// written. Memory: the entries that change, and one leaf of those that are held.
/// </summary>
/// <param name="head">Where they must lead; null: where the one delta of form 1 says.</param>
/// <param name="encodedMax">Bytes of entries that may come.</param>
public sealed class ChangeCheck(
    IHeldItems held,
    CatalogHead? head,
    long entriesMax = Limits.CatalogEntriesMax,
    long encodedMax = Limits.CatalogBytesMax
)
{
    /// <summary>Removals of what is not there, beside a step for each entry before and after.
    /// </summary>
    private const long StepsSpare = 1024;

    private const int StepsAtOnce = 500;
    private const int LooksPerStep = 64;

    // Null: the key is not there any more.
    private readonly Dictionary<Hash256, CatalogEntry?> _changes = [];
    private readonly Dictionary<Hash256, CatalogPath> _removed = [];
    private ILookup<int, CatalogEntry>? _byLeaf;
    private long _encoded;
    private long _stepsLeft;
    private ulong _at = held.Head.Root.Tag;

    /// <summary>Where the deltas lead; once <see cref="Run"/> said Right.</summary>
    public CatalogHead Head { get; private set; }

    /// <summary>The tree there.</summary>
    public CatalogTree Tree { get; private set; } = new();

    /// <summary>Whether they begin at nothing: what is not among the upserts goes.</summary>
    public bool IsFromNothing { get; private set; }

    /// <summary>What is new or changed, by path.</summary>
    public IEnumerable<CatalogEntry> Upserts =>
        _changes.Values.OfType<CatalogEntry>().OrderBy(entry => entry.Path);

    /// <summary>What goes, if it is there.</summary>
    public IEnumerable<CatalogPath> Removed => _removed.Values;

    /// <summary>Whether the upserts have this key.</summary>
    public bool Has(Hash256 key) => _changes.GetValueOrDefault(key) is not null;

    public static CheckOutcome Read(IEnumerable<CheckOutcome?> run) => run.Last()!.Value;

    /// <summary>Deltas of form 2, the first from what is held or from nothing.</summary>
    public CheckOutcome Read(ReadOnlyMemory<byte> deltas, int deltasMax = 16) =>
        Read(Run(StepsOf(deltas), DeltaForm.Tags, deltasMax));

    /// <summary>The steps of deltas that are in memory.</summary>
    public static DeltaSteps StepsOf(ReadOnlyMemory<byte> deltas)
    {
        return Next;

        DeltaStatus Next(DeltaReader reader, out DeltaStep step)
        {
            var input = deltas.Span;
            var status = reader.Read(ref input, out step);
            deltas = deltas[^input.Length..];
            return status;
        }
    }

    /// <summary>
    /// Goes on by pieces of some milliseconds; null: there is more to do. The last is the outcome.
    /// </summary>
    public IEnumerable<CheckOutcome?> Run(DeltaSteps source, DeltaForm form, int deltasMax)
    {
        Head = head ?? default;
        var isThere = false;
        for (var left = deltasMax; !isThere; left--)
        {
            using var reader = new DeltaReader(form: form, followed: form == DeltaForm.Tags);
            var (wrong, steps) = (left == 0 ? CheckOutcome.Wrong : (CheckOutcome?)null, 0);
            DeltaStatus status;
            while (wrong is null && (status = source(reader, out var step)) != DeltaStatus.End)
            {
                wrong = Take(status, reader, step);
                if (++steps % StepsAtOnce == 0)
                    yield return null;
            }

            if (wrong is not null)
            {
                yield return wrong;
                yield break;
            }

            _at = reader.Tags.To;
            isThere = _at == Head.Root.Tag;
        }

        var bytes = IsFromNothing ? 0 : held.Head.Bytes;
        Tree = IsFromNothing ? new CatalogTree() : held.Tree();
        foreach (var leaf in _changes.Keys.Select(key => key.First).Distinct().Order())
        {
            bytes += Rehash(leaf);
            yield return null;
        }

        Tree.Join(ItemsUnder);
        var result = new CatalogHead(Tree.Root, Tree.Entries, bytes);
        yield return result == Head ? CheckOutcome.Right : CheckOutcome.Wrong;
    }

    private CheckOutcome? Take(DeltaStatus status, DeltaReader reader, DeltaStep step) =>
        status switch
        {
            DeltaStatus.Header => Begin(reader),
            DeltaStatus.Step when --_stepsLeft >= 0 => Do(step),
            DeltaStatus.NeedsInput => CheckOutcome.CutOff,
            _ => CheckOutcome.Wrong,
        };

    private CheckOutcome? Begin(DeltaReader reader)
    {
        if (head is null)
            Head = reader.Header.To;
        if (Head.Entries > entriesMax)
            return CheckOutcome.TooLarge;
        _stepsLeft = held.Head.Entries + Head.Entries + StepsSpare;
        if (reader.Tags.From != 0)
            return reader.Tags.From == _at ? null : CheckOutcome.Wrong;
        IsFromNothing = true;
        _changes.Clear();
        _removed.Clear();
        _encoded = 0;
        return null;
    }

    private CheckOutcome? Do(DeltaStep step)
    {
        if (step.Kind == DeltaKind.RemoveTree)
            return RemoveUnder(step.Path);
        Set(step.Path, step.Kind == DeltaKind.Upsert ? step.Entry : null);
        return _encoded > encodedMax ? CheckOutcome.TooLarge : null;
    }

    // What it costs us is counted, since it costs the sender one step.
    private CheckOutcome? RemoveUnder(CatalogPath folder)
    {
        _stepsLeft -= _changes.Count / LooksPerStep;
        var come = _changes.Values.OfType<CatalogEntry>().Select(entry => entry.Path);
        var there = IsFromNothing ? [] : held.Under(folder);
        List<CatalogPath> gone = [.. come.Where(path => path.IsUnder(folder))];
        foreach (var path in gone.Concat(there))
        {
            if (--_stepsLeft < 0)
                return CheckOutcome.Wrong;
            Set(path, null);
        }

        return null;
    }

    private void Set(CatalogPath path, CatalogEntry? entry)
    {
        var key = CatalogEntry.KeyOf(path.Utf8);
        _encoded += Encoded(entry) - Encoded(_changes.GetValueOrDefault(key));
        _changes[key] = entry;
        if (entry is null)
            _removed[key] = path;
        else
            _removed.Remove(key);
    }

    // By how much the bytes of the files grow.
    private long Rehash(int leaf)
    {
        var before = IsFromNothing ? 0 : held.Leaf(leaf).Sum(item => item.Length);
        var items = Merged(leaf).ToList();
        items.Sort(static (left, right) => left.Item.Key.CompareTo(right.Item.Key));
        Tree.Set(leaf, [.. items.Select(item => item.Item)]);
        return items.Sum(item => item.Length) - before;
    }

    private IEnumerable<TreeItem> ItemsUnder(KeyPrefix prefix) =>
        Enumerable
            .Range(prefix.First, prefix.Last - prefix.First + 1)
            .SelectMany(Merged)
            .Select(item => item.Item)
            .OrderBy(item => item.Key);

    private IEnumerable<HeldItem> Merged(int leaf)
    {
        var kept = IsFromNothing
            ? []
            : held.Leaf(leaf).Where(i => !_changes.ContainsKey(i.Item.Key));
        return kept.Concat(Changed(leaf));
    }

    private IEnumerable<HeldItem> Changed(int leaf)
    {
        _byLeaf ??= _changes
            .Where(c => c.Value is not null)
            .ToLookup(c => c.Key.First, c => c.Value!.Value);
        return _byLeaf[leaf].Select(entry => new HeldItem(entry.Item(), entry.Content.Length));
    }

    private static int Encoded(CatalogEntry? entry) =>
        entry is { } one
            ? CatalogEntry.EncodedBytes(one.Path.Utf8.Length, one.Content.Length, one.Modified)
            : 0;
}
