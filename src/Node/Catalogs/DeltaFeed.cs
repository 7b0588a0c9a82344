using System.Buffers;
using FriendNet.Protocol.Catalogs;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// Deltas that follow each other in a stream without a mark. Remembers the bytes of the one that
/// is being read, up to a limit.
/// </summary>
public sealed class DeltaFeed(Stream stream, int rememberedMax)
{
    private const int PieceBytes = 64 * 1024;
    private readonly byte[] _piece = new byte[PieceBytes];
    private readonly ArrayBufferWriter<byte> _remembered = new();
    private int _at;
    private int _end;
    private bool _isTooLong;

    /// <summary>The delta read last, as it came; null: longer than the limit.</summary>
    public byte[]? Remembered => _isTooLong ? null : _remembered.WrittenSpan.ToArray();

    /// <summary>Whether nothing follows what was read.</summary>
    public bool IsOver => _at == _end && !Fill();

    /// <summary>Another delta begins.</summary>
    public void Begin()
    {
        _remembered.ResetWrittenCount();
        _isTooLong = false;
    }

    /// <returns>NeedsInput: the stream is cut off.</returns>
    public DeltaStatus Read(DeltaReader reader, out DeltaStep step)
    {
        while (true)
        {
            ReadOnlySpan<byte> input = _piece.AsSpan(_at, _end - _at);
            var status = reader.Read(ref input, out step);
            Remember(_piece.AsSpan(_at, _end - _at - input.Length));
            _at = _end - input.Length;
            if (status != DeltaStatus.NeedsInput || !Fill())
                return status;
        }
    }

    private bool Fill()
    {
        (_at, _end) = (0, stream.Read(_piece));
        return _end > 0;
    }

    private void Remember(ReadOnlySpan<byte> bytes)
    {
        _isTooLong |= _remembered.WrittenCount + bytes.Length > rememberedMax;
        if (!_isTooLong)
            _remembered.Write(bytes);
    }
}
