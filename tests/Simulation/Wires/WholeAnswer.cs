namespace FriendNet.Simulation.Wires;

/// <summary>An answer that is all there; credit for it was given with the question.</summary>
internal sealed class WholeAnswer(CountedWire wire, uint stream, IReadOnlyList<Piece> pieces)
    : ISending
{
    private int _next;
    private int _left = RecordCost.Of(pieces);

    public bool IsInTurn { get; set; }

    public bool IsReady => !IsOver && _next < pieces.Count;

    internal bool IsOver { get; set; }

    // What frames and END add stands with the last piece.
    public bool Deliver()
    {
        var piece = pieces[_next++];
        var isLast = _next == pieces.Count;
        var bytes = isLast ? _left : piece.Bytes.Length;
        _left -= bytes;
        wire.Deliver(stream, new Portion(piece, isLast), bytes);
        return true;
    }

    public void Left() { }
}
