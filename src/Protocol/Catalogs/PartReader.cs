using System.Buffers;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Catalogs;

public enum PartStatus
{
    /// <summary>All input is used up; give more.</summary>
    NeedsInput,

    /// <summary>A part is complete and hashes to its node.</summary>
    Part,

    /// <summary>All parts came.</summary>
    End,

    /// <summary>Another entry than is due, or one altered. It stays so.</summary>
    Wrong,

    /// <summary>A part is longer than is kept in memory. It stays so.</summary>
    TooLarge,
}

/// <summary>
/// Reads what <see cref="Write"/> writes from hostile bytes, and gives one verified part at a
/// time. Memory: one part.
/// </summary>
/// <param name="due">What must come, ascending by prefix.</param>
public sealed class PartReader(IReadOnlyList<Part> due, CatalogHead head) : IDisposable
{
    private const long PartBytesMax = Limits.CatalogBytesMax / 4;

    private readonly DeltaReader _reader = new(form: DeltaForm.Tags, followed: true);
    private List<(Hash256 Key, CatalogEntry Entry)> _part = [];
    private (Hash256 Key, CatalogEntry Entry)? _next;
    private long _bytes;
    private int _at;
    private bool _ended;
    private PartStatus _final = PartStatus.NeedsInput;

    /// <summary>
    /// One delta of form 2 from nothing: the parts ascending, each one's entries by path, a block
    /// of its own.
    /// </summary>
    /// <param name="entries">Those under a prefix, in any order.</param>
    public static void Write(
        IBufferWriter<byte> output,
        CatalogHead head,
        IReadOnlyList<Part> due,
        Func<KeyPrefix, IEnumerable<CatalogEntry>> entries
    )
    {
        using var writer = new DeltaWriter(output, new(default, head), DeltaForm.Tags);
        foreach (var part in due)
        {
            foreach (var entry in entries(part.Prefix).OrderBy(entry => entry.Path))
                writer.Add(DeltaStep.Upsert(entry));
            writer.EndPart();
        }

        writer.Finish();
    }

    /// <summary>Goes on by at most one part, taking from the front of the input.</summary>
    /// <param name="entries">All entries under its prefix, by path; what else is there goes.
    /// </param>
    public PartStatus Read(
        ref ReadOnlySpan<byte> input,
        out Part part,
        out IReadOnlyList<CatalogEntry> entries
    )
    {
        (part, entries) = (default, []);
        while (_final == PartStatus.NeedsInput)
        {
            if (_next is { } next && _at < due.Count && Contains(due[_at].Prefix, next.Key))
                _final = Take(next);
            else if (_next is not null || _ended)
                return Close(out part, out entries);
            else if (!TryFill(ref input))
                return PartStatus.NeedsInput;
        }

        return _final;
    }

    public void Dispose() => _reader.Dispose();

    // False: the input is used up.
    private bool TryFill(ref ReadOnlySpan<byte> input)
    {
        switch (_reader.Read(ref input, out var step))
        {
            case DeltaStatus.NeedsInput:
                return false;
            case DeltaStatus.End:
                _ended = true;
                break;
            case DeltaStatus.Header when _reader.Tags == new DeltaTags(0, head.Root.Tag):
                break;
            case DeltaStatus.Step when step.Kind == DeltaKind.Upsert:
                _next = (CatalogEntry.KeyOf(step.Path.Utf8), step.Entry);
                break;
            default:
                _final = PartStatus.Wrong;
                break;
        }

        return true;
    }

    private PartStatus Take((Hash256 Key, CatalogEntry Entry) next)
    {
        if (_part.Count > 0 && next.Entry.Path <= _part[^1].Entry.Path)
            return PartStatus.Wrong;
        _bytes += next.Entry.Path.Utf8.Length + CatalogEntry.FixedBytesMax;
        _part.Add(next);
        _next = null;
        return _bytes > PartBytesMax ? PartStatus.TooLarge : PartStatus.NeedsInput;
    }

    // The next entry is of a later part, or none comes: this one must be complete.
    private PartStatus Close(out Part part, out IReadOnlyList<CatalogEntry> entries)
    {
        (part, entries) = (default, []);
        if (_at == due.Count)
            return _final = _next is null ? PartStatus.End : PartStatus.Wrong;
        var items = _part.OrderBy(one => one.Key).Select(one => one.Entry.Item());
        if (TreeHash.Node(items, due[_at].Prefix.Nibbles) != due[_at].Node)
            return _final = PartStatus.Wrong;
        part = due[_at++];
        entries = [.. _part.Select(one => one.Entry)];
        (_part, _bytes) = ([], 0);
        return PartStatus.Part;
    }

    private static bool Contains(KeyPrefix prefix, Hash256 key) =>
        key.First >= prefix.First && key.First <= prefix.Last;
}
