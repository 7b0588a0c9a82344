using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Wires;

/// <summary>
/// Answers of one node on their way out: a piece of each in turn, as links share a line. What is
/// given up is not sent.
/// </summary>
internal sealed class Uplink(SimNode node)
{
    private readonly Queue<Sending> _turns = [];
    private bool _isBusy;

    internal void Add(CountedWire wire, uint stream, IReadOnlyList<Piece> pieces)
    {
        _turns.Enqueue(new Sending(wire, stream, pieces));
        Next();
    }

    /// <param name="stream">Null: all of that link.</param>
    internal void Remove(CountedWire wire, uint? stream)
    {
        foreach (var sending in _turns)
        {
            if (sending.Wire == wire && (stream is null || sending.Stream == stream))
                sending.IsOver = true;
        }
    }

    internal void Clear()
    {
        _turns.Clear();
        _isBusy = false;
    }

    /// <summary>A piece has left.</summary>
    internal void HandleSent()
    {
        _isBusy = false;
        Next();
    }

    private void Next()
    {
        while (!_isBusy && _turns.TryDequeue(out var sending))
        {
            if (sending.IsOver)
                continue;
            _isBusy = true;
            var (portion, bytes) = sending.Take();
            sending.Wire.Deliver(sending.Stream, portion, bytes);
            node.Later(node.AnswersFreeAt, ArrivalKind.Sent, 0, null);
            if (!portion.IsLast)
                _turns.Enqueue(sending);
        }
    }

    private sealed class Sending(CountedWire wire, uint stream, IReadOnlyList<Piece> pieces)
    {
        private int _next;
        private int _left = RecordCost.Of(pieces);

        internal CountedWire Wire => wire;

        internal uint Stream => stream;

        internal bool IsOver { get; set; }

        // What frames and END add stands with the last piece.
        internal (Portion Portion, int Bytes) Take()
        {
            var piece = pieces[_next++];
            var isLast = _next == pieces.Count;
            var bytes = isLast ? _left : piece.Bytes.Length;
            _left -= bytes;
            return (new Portion(piece, isLast), bytes);
        }
    }
}
