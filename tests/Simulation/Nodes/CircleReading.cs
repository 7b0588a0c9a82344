using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Wires;

namespace FriendNet.Simulation.Nodes;

/// <summary>What a node makes of the answer to a circle request, piece by piece.</summary>
internal sealed class CircleReading(
    IReadOnlyList<SignedHead> wants,
    Volume?[] have,
    Library library
)
{
    private HashSet<uint> _missing = [];
    private int _next;
    private bool _isOver;

    /// <summary>What this piece settles: wants by index, how they ended, what is held.</summary>
    internal IEnumerable<(int Want, CircleEnd End, Shelf? Shelf)> Read(Piece piece)
    {
        if (_isOver)
            yield break;
        if (piece.Type == FrameType.Part)
        {
            if (!ControlMessages.TryParse(piece.Bytes.Span, out CircleAnswer? answer))
                _isOver = true;
            else
                _missing = [.. answer.Missing];
            if (answer?.Compare is not true)
                yield break;
            _isOver = true;
            yield return (0, CircleEnd.Compare, null);
        }

        for (; _missing.Contains((uint)_next); _next++)
            yield return (_next, CircleEnd.Missing, null);
        if (_next >= wants.Count)
            yield break;
        var (held, want) = (have[_next], _next++);
        var volume = library.Apply(held, piece.Bytes, wants[want].Head.Content);
        _isOver = volume is null;
        yield return volume is null
            ? (want, CircleEnd.Lied, null)
            : (want, CircleEnd.Held, Of(volume, held, piece.Bytes));
        for (; _missing.Contains((uint)_next); _next++)
            yield return (_next, CircleEnd.Missing, null);
    }

    private static Shelf Of(Volume volume, Volume? held, ReadOnlyMemory<byte> delta) =>
        held is null || volume.Set.Whole.Equals(delta)
            ? volume.AsWhole
            : new Shelf(volume, held.Head.Root.Tag, delta);
}
