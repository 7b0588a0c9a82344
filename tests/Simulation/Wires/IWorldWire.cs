using FriendNet.Protocol.Bounds;
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

    /// <summary>DATA that follows DATA is one run of bytes.</summary>
    internal static IEnumerable<Piece> Runs(IReadOnlyList<Piece> pieces)
    {
        for (var first = 0; first < pieces.Count; )
        {
            var end = first + 1;
            while (
                pieces[first].Type == FrameType.Data
                && end < pieces.Count
                && pieces[end].Type == FrameType.Data
            )
                end++;
            yield return end == first + 1
                ? pieces[first]
                : Data(Join([.. pieces.Take(first..end)]));
            first = end;
        }
    }

    internal static Piece Part(ReadOnlyMemory<byte> bytes) => new(FrameType.Part, bytes);
}

/// <summary>A piece on its way, and whether it is the last of its answer.</summary>
internal sealed record Portion(Piece Piece, bool IsLast);

/// <summary>A request on its way, with its first credit.</summary>
internal sealed record Opening(Request Request, int Credit);

/// <summary>What came of a request: all of an answer, or why there is none.</summary>
/// <param name="Pieces">
/// Null: refused, or the link is gone. Empty where each was told as it came.
/// </param>
internal sealed record Outcome(IReadOnlyList<Piece>? Pieces, ResetCode Code)
{
    internal static readonly Outcome Lost = new(null, ResetCode.Failed);
}

/// <summary>
/// An answer whose bytes come up one after another, and leave as the asker grants them.
/// </summary>
internal interface IFlow
{
    void Put(ReadOnlyMemory<byte> bytes);

    /// <summary>All is said, once what was put has left.</summary>
    void End();

    void Reset(ResetCode code);
}

/// <summary>
/// One end of a link in a world. Counted: what is sent passes as objects, and the bytes that it
/// would be are counted. Sealed: it passes as the bytes that it is.
/// </summary>
internal interface IWorldWire
{
    LinkId Id { get; }

    /// <summary>The node at the other end; of a path the one that carries it.</summary>
    int Peer { get; }

    void Send(Message message);

    /// <summary>
    /// Asks; <paramref name="came"/> is called for each piece that comes, and at last, once,
    /// <paramref name="over"/>, unless it is cancelled.
    /// </summary>
    /// <param name="credit">Bytes of DATA that may come before <see cref="Grant"/>.</param>
    StreamId? Ask(
        Request request,
        Action<Outcome> over,
        Action<Piece>? came = null,
        int credit = Limits.StreamCreditMax
    );

    /// <summary>So many more bytes of DATA may come of a request of ours.</summary>
    void Grant(StreamId stream, int bytes);

    void Cancel(StreamId stream);

    void Answer(StreamId stream, IReadOnlyList<Piece> pieces);

    /// <summary>An answer that is not all there yet; asked again, it is told to others.</summary>
    /// <param name="left">So many bytes of it are on the line.</param>
    /// <param name="gone">The asker gave it up, or the link is over.</param>
    IFlow Begin(StreamId stream, Action<int> left, Action gone);

    void Refuse(StreamId stream, ResetCode code);

    /// <summary>It is among the node's links from here on.</summary>
    void Open();

    /// <summary>Something came from the other end.</summary>
    void Handle(in Arrival arrival);

    /// <summary>The link is over here; the other end is told unless it was that one.</summary>
    void End(bool tell);
}
