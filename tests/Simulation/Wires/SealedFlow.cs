using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Wires;

/// <summary>An answer on a sealed wire, as far as its session has not taken it.</summary>
internal sealed class SealedFlow(SealedWire wire, StreamId stream) : IFlow
{
    private const int PieceBytesMax = 4 * Limits.FrameBodyBytesMax;

    internal Queue<Piece> Waiting { get; } = [];

    internal Action<int> HasLeft { get; set; } = _ => { };

    internal Action Gone { get; set; } = () => { };

    public void Put(ReadOnlyMemory<byte> bytes) => Put(Piece.Data(bytes));

    public void End() => Put(new Piece(FrameType.End, default));

    public void Reset(ResetCode code) => wire.Refuse(stream, code);

    internal void Put(Piece piece)
    {
        // In whole frames, so that no piece is more than a session takes at once.
        var rest = piece.Bytes;
        while (piece.Type == FrameType.Data && rest.Length > PieceBytesMax)
        {
            Waiting.Enqueue(Piece.Data(rest[..PieceBytesMax]));
            rest = rest[PieceBytesMax..];
        }

        if (piece.Type != FrameType.Data || !rest.IsEmpty)
            Waiting.Enqueue(new Piece(piece.Type, rest));
        wire.Pump();
    }
}
