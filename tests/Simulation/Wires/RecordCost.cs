using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Wires;

/// <summary>
/// Bytes of the records that a <see cref="LinkSession{TBlock}"/> would make. Left out: REKEY, 24
/// bytes every two minutes of a link in use.
/// </summary>
internal static class RecordCost
{
    internal const int Ping = 24 + 8 + 16;

    internal const int End = 24;

    internal static readonly int Close = RecordSealer.SealedBytes(1);

    internal static readonly int Reset = RecordSealer.SealedBytes(1);

    internal static int Of(Message message) => RecordSealer.SealedBytes(message.CalculateSize());

    internal static int Of(Request request) =>
        RecordSealer.SealedBytes(sizeof(uint) + request.CalculateSize());

    /// <summary>All of an answer, END included.</summary>
    internal static int Of(IReadOnlyList<Piece> pieces)
    {
        var bytes = End;
        foreach (var piece in pieces)
        {
            var (full, rest) = Math.DivRem(piece.Bytes.Length, Limits.FrameBodyBytesMax);
            bytes += full * RecordSealer.SealedBytes(Limits.FrameBodyBytesMax);
            bytes += rest > 0 ? RecordSealer.SealedBytes(rest) : 0;
        }

        return bytes;
    }
}
