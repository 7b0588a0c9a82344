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

    internal static readonly int Credit = RecordSealer.SealedBytes(sizeof(uint));

    internal static readonly int Reset = RecordSealer.SealedBytes(1);

    internal static int Of(Message message) => RecordSealer.SealedBytes(message.CalculateSize());

    internal static int Of(Request request) =>
        RecordSealer.SealedBytes(sizeof(uint) + request.CalculateSize());

    /// <summary>All of an answer, END included.</summary>
    internal static int Of(IReadOnlyList<Piece> pieces)
    {
        var (bytes, data) = (End, 0);
        foreach (var piece in pieces)
        {
            // DATA is one run of bytes, however it was given.
            data += piece.Type == FrameType.Data ? piece.Bytes.Length : 0;
            if (piece.Type == FrameType.Data)
                continue;
            bytes += Data(data) + RecordSealer.SealedBytes(piece.Bytes.Length);
            data = 0;
        }

        return bytes + Data(data);
    }

    private static int Data(int bytes)
    {
        var (full, rest) = Math.DivRem(bytes, Limits.FrameBodyBytesMax);
        return (full * RecordSealer.SealedBytes(Limits.FrameBodyBytesMax))
            + (rest > 0 ? RecordSealer.SealedBytes(rest) : 0);
    }
}
