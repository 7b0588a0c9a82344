using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Wires;

/// <summary>A PART or DATA of an answer; DATA of any length.</summary>
internal readonly record struct Piece(FrameType Type, ReadOnlyMemory<byte> Bytes)
{
    internal static Piece Data(ReadOnlyMemory<byte> bytes) => new(FrameType.Data, bytes);

    /// <summary>All DATA as one; without a copy where it is one already.</summary>
    internal static ReadOnlyMemory<byte> Join(IReadOnlyList<Piece> pieces)
    {
        var data = pieces.Where(piece => piece.Type == FrameType.Data).ToArray();
        return data.Length == 1
            ? data[0].Bytes
            : data.SelectMany(piece => piece.Bytes.ToArray()).ToArray();
    }

    internal static Piece Part(ReadOnlyMemory<byte> bytes) => new(FrameType.Part, bytes);
}

/// <summary>A piece on its way, and whether it is the last of its answer.</summary>
internal sealed record Portion(Piece Piece, bool IsLast);

/// <summary>What came of a request: all of an answer, or why there is none.</summary>
/// <param name="Pieces">Null: refused, or the link is gone.</param>
internal sealed record Outcome(IReadOnlyList<Piece>? Pieces, ResetCode Code)
{
    internal static readonly Outcome Lost = new(null, ResetCode.Failed);
}

/// <summary>
/// One end of a link in a world. Counted: what is sent passes as objects, and the bytes that it
/// would be are counted. Sealed: it passes as the bytes that it is.
/// </summary>
internal interface IWorldWire
{
    LinkId Id { get; }

    /// <summary>The node at the other end.</summary>
    int Peer { get; }

    void Send(Message message);

    /// <summary>
    /// Asks; <paramref name="came"/> is called for each piece that comes, and at last, once,
    /// <paramref name="over"/>.
    /// </summary>
    StreamId? Ask(Request request, Action<Outcome> over, Action<Piece>? came = null);

    void Cancel(StreamId stream);

    void Answer(StreamId stream, IReadOnlyList<Piece> pieces);

    void Refuse(StreamId stream, ResetCode code);

    /// <summary>Something came from the other end.</summary>
    void Handle(in Arrival arrival);

    /// <summary>The link is over here; the other end is told unless it was that one.</summary>
    void End(bool tell);
}
