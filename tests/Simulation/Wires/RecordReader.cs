using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Wires;

/// <summary>Bytes in, in any cut; frames out, each body in memory of its own.</summary>
internal sealed class RecordReader(RecordOpener opener) : IDisposable
{
    private byte[] _bytes = [];
    private int _first;
    private int _end;
    private FrameHeader? _due;

    /// <summary>Something was not authentic: nothing more is read.</summary>
    internal bool IsBroken { get; private set; }

    public void Dispose() => opener.Dispose();

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        var held = _end - _first;
        if (_end + bytes.Length > _bytes.Length)
        {
            var room = held + bytes.Length <= _bytes.Length ? _bytes : Larger(held + bytes.Length);
            _bytes.AsSpan(_first, held).CopyTo(room);
            (_bytes, _first, _end) = (room, 0, held);
        }

        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    internal bool TryRead(out FrameHeader header, out ReadOnlyMemory<byte> body)
    {
        (header, body) = (default, default);
        while (!IsBroken)
        {
            var wanted = _due is { } due
                ? RecordOpener.SealedBodyBytes(due)
                : RecordSealer.HeaderBytes;
            if (_end - _first < wanted)
                return false;
            var taken = _bytes.AsSpan(_first, wanted);
            _first += wanted;
            if (_due is { } whole)
            {
                var plain = new byte[whole.BodyBytes];
                (_due, header, body) = (null, whole, plain);
                IsBroken = !opener.TryOpenBody(taken, plain);
                return !IsBroken;
            }

            if (!opener.TryOpenHeader(taken, out header))
                IsBroken = true;
            else if (header.BodyBytes == 0)
                return true;
            else
                _due = header;
        }

        return false;
    }

    private static byte[] Larger(int bytes) => new byte[Math.Max(2 * bytes, 1024)];
}
