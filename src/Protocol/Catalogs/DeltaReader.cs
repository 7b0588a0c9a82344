using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Catalogs;

/// <summary>What a <see cref="DeltaReader"/> has come to.</summary>
public enum DeltaStatus
{
    /// <summary>All input is used up; give more.</summary>
    NeedsInput,

    /// <summary>The header is read.</summary>
    Header,

    Step,

    /// <summary>The delta is complete, and nothing follows it that may not.</summary>
    End,

    /// <summary>Not a delta, not canonical, or over a limit. It stays so.</summary>
    Malformed,
}

/// <summary>
/// Reads what <see cref="DeltaWriter"/> writes, strictly, from hostile bytes: never throws, holds
/// 16 KiB and the decompressor's window (16 MiB at most), whatever the bytes claim.
/// </summary>
/// <param name="followed">What follows the delta is left in the input; else it is malformed.
/// </param>
public sealed class DeltaReader(
    long plainBytesMax = DeltaReader.PlainBytesDefault,
    DeltaForm form = DeltaForm.Roots,
    bool followed = false
) : IDisposable
{
    /// <summary>Every entry may go and another come: twice the limit of a catalog.</summary>
    public const long PlainBytesDefault = 2 * Limits.CatalogBytesMax;

    private readonly byte[] _plain = new byte[16 * 1024];
    private readonly byte[] _path = new byte[Limits.PathBytesMax];
    private BrotliDecoder _brotli;
    private int _at;
    private int _end;
    private int _pathBytes;
    private long _plainTotal;
    private long _batchLeft;
    private bool _decoded;
    private bool _hasHeader;
    private bool _ended;
    private DeltaStatus _final = DeltaStatus.NeedsInput;

    /// <summary>Valid once <see cref="DeltaStatus.Header"/> was returned, in form 1.</summary>
    public DeltaHeader Header { get; private set; }

    /// <summary>The same, in either form.</summary>
    public DeltaTags Tags { get; private set; }

    /// <summary>Goes one step on, taking from the front of <paramref name="input"/>.</summary>
    public DeltaStatus Read(ref ReadOnlySpan<byte> input, out DeltaStep step)
    {
        step = default;
        while (_final == DeltaStatus.NeedsInput)
        {
            var at = _at;
            var found = DeltaStatus.NeedsInput;
            var status = _ended ? AtEnd(input) : Parse(ref at, out found, out step);
            if (status == ParseStatus.Ok)
            {
                _at = at;
                if (found != DeltaStatus.NeedsInput)
                    return found;
                continue;
            }

            var progress = false;
            if (status == ParseStatus.Malformed || !TryDecode(ref input, out progress))
                _final = DeltaStatus.Malformed;
            else if (!progress)
                return DeltaStatus.NeedsInput;
        }

        if (_final == DeltaStatus.End && !followed && !input.IsEmpty)
            _final = DeltaStatus.Malformed;
        return _final;
    }

    public void Dispose() => _brotli.Dispose();

    private ParseStatus Parse(ref int at, out DeltaStatus found, out DeltaStep step)
    {
        step = default;
        found = DeltaStatus.NeedsInput;
        var source = _plain.AsSpan(0, _end);
        if (!_hasHeader)
        {
            found = DeltaStatus.Header;
            return ParseHeader(source, ref at);
        }

        if (_batchLeft > 0)
        {
            found = DeltaStatus.Step;
            return ParseStep(source, ref at, out step);
        }

        var status = Varint.TryRead(source, ref at, out var count);
        if (status != ParseStatus.Ok)
            return status;
        _ended = count == 0;
        (_batchLeft, _pathBytes) = (count, 0);
        return count <= DeltaWriter.BatchMax ? ParseStatus.Ok : ParseStatus.Malformed;
    }

    private ParseStatus ParseHeader(ReadOnlySpan<byte> source, ref int at)
    {
        if (source.Length > at && source[at] != DeltaHeader.Version(form))
            return ParseStatus.Malformed;
        if (form == DeltaForm.Tags)
            return ParseTags(source, ref at);
        if (source.Length - at < 1 + (2 * Hash256.Size))
            return ParseStatus.Incomplete;
        var from = new Hash256(source.Slice(at + 1, Hash256.Size));
        var to = new Hash256(source.Slice(at + 1 + Hash256.Size, Hash256.Size));
        at += 1 + (2 * Hash256.Size);
        var status = Varint.TryRead(source, ref at, out var entries);
        var bytes = 0L;
        if (status == ParseStatus.Ok)
            status = Varint.TryRead(source, ref at, out bytes);
        if (status != ParseStatus.Ok)
            return status;
        Header = new DeltaHeader(from, new CatalogHead(to, entries, bytes));
        Tags = Header.Tags;
        _hasHeader = true;
        return ParseStatus.Ok;
    }

    private ParseStatus ParseTags(ReadOnlySpan<byte> source, ref int at)
    {
        const int Bytes = 1 + (2 * sizeof(ulong));
        if (source.Length - at < Bytes)
            return ParseStatus.Incomplete;
        var from = BinaryPrimitives.ReadUInt64LittleEndian(source[(at + 1)..]);
        var to = BinaryPrimitives.ReadUInt64LittleEndian(source[(at + 1 + sizeof(ulong))..]);
        Tags = new DeltaTags(from, to);
        at += Bytes;
        _hasHeader = true;
        return ParseStatus.Ok;
    }

    private ParseStatus ParseStep(ReadOnlySpan<byte> source, ref int at, out DeltaStep step)
    {
        step = default;
        var status = Varint.TryRead(source, ref at, out var shared);
        var restAndKind = 0L;
        if (status == ParseStatus.Ok)
            status = Varint.TryRead(source, ref at, out restAndKind);
        if (status != ParseStatus.Ok)
            return status;
        var (rest, kind) = (restAndKind / 4, (DeltaKind)(restAndKind & 3));
        if (shared > _pathBytes || rest == 0 || kind > DeltaKind.RemoveTree)
            return ParseStatus.Malformed;
        if (rest > Limits.PathBytesMax - shared)
            return ParseStatus.Malformed;
        if (source.Length - at < rest)
            return ParseStatus.Incomplete;
        // Greater where they part: so paths ascend, and no more of them is shared than told.
        if (shared < _pathBytes && source[at] <= _path[shared])
            return ParseStatus.Malformed;
        var tail = source.Slice(at, (int)rest);
        at += (int)rest;
        var (content, modified) = (default(Ids.ContentId), 0L);
        if (kind == DeltaKind.Upsert)
            status = CatalogEntry.TryReadContent(source, ref at, out content, out modified);
        if (status != ParseStatus.Ok)
            return status;
        tail.CopyTo(_path.AsSpan((int)shared));
        _pathBytes = (int)(shared + rest);
        _batchLeft--;
        if (!CatalogPath.TryParse(_path.AsSpan(0, _pathBytes), out var path))
            return ParseStatus.Malformed;
        step = new DeltaStep(kind, path, content, modified);
        var valid = kind != DeltaKind.Upsert || step.Entry.IsValid;
        return valid ? ParseStatus.Ok : ParseStatus.Malformed;
    }

    // False: not Brotli, or too much. No progress: the input is used up.
    private bool TryDecode(ref ReadOnlySpan<byte> input, out bool progress)
    {
        progress = false;
        _plain.AsSpan(_at, _end - _at).CopyTo(_plain);
        (_at, _end) = (0, _end - _at);
        // One item fits many times over, so a full buffer that holds none cannot be.
        if (_decoded || _end == _plain.Length)
            return false;
        var room = _plain.AsSpan(_end);
        var status = _brotli.Decompress(input, room, out var taken, out var made);
        input = input[taken..];
        _end += made;
        _plainTotal += made;
        _decoded = status == OperationStatus.Done;
        progress = made > 0 || _decoded;
        return status != OperationStatus.InvalidData && _plainTotal <= plainBytesMax;
    }

    // After the last step the Brotli stream ends too, and no byte follows it.
    private ParseStatus AtEnd(ReadOnlySpan<byte> input)
    {
        if (_at != _end || (_decoded && !followed && !input.IsEmpty))
            return ParseStatus.Malformed;
        if (!_decoded)
            return ParseStatus.Incomplete;
        _final = DeltaStatus.End;
        return ParseStatus.Ok;
    }
}
