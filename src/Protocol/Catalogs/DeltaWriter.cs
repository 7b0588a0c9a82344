using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using FriendNet.Crypto.Merkle;

namespace FriendNet.Protocol.Catalogs;

/// <summary>
/// Writes a delta: one Brotli stream over a header, u8 form (1), from root, to root, varint
/// entries, varint bytes, or u8 form (2), u64 from tag, u64 to tag (little endian), and then
/// batches: varint count (1..1024), so many steps in strictly ascending order
/// of paths; a count of 0 ends it. A step: varint of the bytes its path shares with the one
/// before in this batch, varint 4 × the rest's length + kind, the rest; an upsert goes on as an
/// entry does (<see cref="CatalogEntry.Encode"/>). Memory: one batch and the compressor.
/// </summary>
/// <remarks>Removals name paths: next to their neighbours these cost less than 32-byte keys.
/// </remarks>
public sealed class DeltaWriter : IDisposable
{
    internal const int BatchMax = 1024;

    // 5 is where the ratio stops paying for time; 2^20 bytes of window hold about 15,000 entries.
    private const int Quality = 5;
    private const int WindowBits = 20;

    private readonly IBufferWriter<byte> _output;
    private readonly List<DeltaStep> _batch = [];
    private readonly byte[] _plain = new byte[16 * 1024];
    private BrotliEncoder _brotli = new(Quality, WindowBits);
    private int _plainBytes;

    public DeltaWriter(
        IBufferWriter<byte> output,
        DeltaHeader header,
        DeltaForm form = DeltaForm.Roots
    )
    {
        _output = output;
        _plain[0] = DeltaHeader.Version(form);
        _plainBytes = 1;
        if (form == DeltaForm.Tags)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_plain.AsSpan(1), header.Tags.From);
            BinaryPrimitives.WriteUInt64LittleEndian(_plain.AsSpan(9), header.Tags.To);
            _plainBytes += 2 * sizeof(ulong);
            return;
        }

        header.From.CopyTo(_plain.AsSpan(1));
        header.To.Root.CopyTo(_plain.AsSpan(1 + Hash256.Size));
        _plainBytes += 2 * Hash256.Size;
        _plainBytes += Varint.Write(_plain.AsSpan(_plainBytes), header.To.Entries);
        _plainBytes += Varint.Write(_plain.AsSpan(_plainBytes), header.To.Bytes);
    }

    /// <summary>Steps count in the order given; order by path makes a small delta.</summary>
    public void Add(DeltaStep step)
    {
        if (step.Kind == DeltaKind.Upsert && !step.Entry.IsValid)
            throw new ArgumentException("No valid entry.", nameof(step));
        _batch.Add(step);
        if (_batch.Count == BatchMax)
            Flush();
    }

    /// <summary>Ends a batch: what comes after may name the same path again.</summary>
    public void Flush() => WriteBatch();

    /// <summary>Writes what is left; nothing may be added after it.</summary>
    public void Finish()
    {
        WriteBatch();
        Reserve(1);
        _plain[_plainBytes++] = 0;
        Compress(final: true);
    }

    public void Dispose() => _brotli.Dispose();

    private void WriteBatch()
    {
        // The last step for a path wins; OrderBy is stable.
        DeltaStep[] steps = [.. _batch.OrderBy(s => s.Path)];
        var count = 0;
        for (var i = 0; i < steps.Length; i++)
        {
            if (i + 1 < steps.Length && steps[i].Path == steps[i + 1].Path)
                continue;
            steps[count++] = steps[i];
        }

        _batch.Clear();
        if (count == 0)
            return;
        Reserve(Varint.BytesMax);
        _plainBytes += Varint.Write(_plain.AsSpan(_plainBytes), count);
        CatalogPath previous = default;
        foreach (var step in steps.AsSpan(0, count))
        {
            WriteStep(previous, step);
            previous = step.Path;
        }
    }

    private void WriteStep(CatalogPath previous, DeltaStep step)
    {
        Reserve(CatalogEntry.EncodedBytesMax);
        var shared = previous.Utf8.CommonPrefixLength(step.Path.Utf8);
        var rest = step.Path.Utf8[shared..];
        var at = _plainBytes;
        at += Varint.Write(_plain.AsSpan(at), shared);
        at += Varint.Write(_plain.AsSpan(at), (rest.Length * 4) + (int)step.Kind);
        rest.CopyTo(_plain.AsSpan(at));
        at += rest.Length;
        if (step.Kind == DeltaKind.Upsert)
            at += step.Entry.WriteContent(_plain.AsSpan(at));
        _plainBytes = at;
    }

    private void Reserve(int bytes)
    {
        if (_plain.Length - _plainBytes < bytes)
            Compress(final: false);
    }

    private void Compress(bool final)
    {
        var source = _plain.AsSpan(0, _plainBytes);
        OperationStatus status;
        do
        {
            var destination = _output.GetSpan(4096);
            status = _brotli.Compress(source, destination, out var taken, out var made, final);
            _output.Advance(made);
            source = source[taken..];
        } while (status == OperationStatus.DestinationTooSmall || !source.IsEmpty);
        _plainBytes = 0;
    }
}
