using FriendNet.Simulation.Wires;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Hostile;

/// <summary>Answers and relayed bytes as they did not come: cut, grown, said twice, exchanged.
/// </summary>
internal sealed class Alterations(Seeds draws)
{
    private const int RelayedAlike = 16;
    private const int GrownMax = 64;
    private readonly Way[] _ways = Enum.GetValues<Way>();
    private Piece? _other;

    private enum Way
    {
        Flip,
        Cut,
        Grow,
        Repeat,
        Drop,
        Exchange,
    }

    internal IReadOnlyList<Piece> Answer(IReadOnlyList<Piece> pieces)
    {
        var way = _ways[draws.Next(_ways.Length)];
        // Of well-formed and false answers there are the most.
        if (way == Way.Flip || draws.Next(2) == 0)
            return [.. pieces.Select(piece => piece with { Bytes = Flipped(piece.Bytes) })];
        var at = draws.Next(pieces.Count);
        var altered = pieces.ToList();
        switch (way)
        {
            case Way.Cut:
                altered[at] = altered[at] with { Bytes = Cut(altered[at].Bytes) };
                break;
            case Way.Grow:
                altered[at] = altered[at] with { Bytes = Grown(altered[at].Bytes) };
                break;
            case Way.Repeat:
                altered.Insert(at, altered[at]);
                break;
            case Way.Drop:
                altered.RemoveAt(at);
                break;
            default:
                // With what another friend, or the same one, was answered to something else.
                (altered[at], _other) = (_other ?? altered[at], altered[at]);
                break;
        }

        return altered;
    }

    /// <returns>Null: nothing is passed on.</returns>
    internal ReadOnlyMemory<byte>? Relayed(ReadOnlyMemory<byte> bytes)
    {
        if (draws.Next(RelayedAlike) > 0)
            return bytes;
        return _ways[draws.Next(_ways.Length)] switch
        {
            Way.Cut => Cut(bytes),
            Way.Grow => Grown(bytes),
            Way.Repeat => (byte[])[.. bytes.Span, .. bytes.Span],
            Way.Drop => null,
            _ => Flipped(bytes),
        };
    }

    private ReadOnlyMemory<byte> Flipped(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty || draws.Next(2) > 0)
            return bytes;
        var altered = bytes.ToArray();
        altered[draws.Next(altered.Length)] ^= (byte)(1 + draws.Next(byte.MaxValue));
        return altered;
    }

    private ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> bytes) =>
        bytes[..draws.Next(1 + bytes.Length)];

    private ReadOnlyMemory<byte> Grown(ReadOnlyMemory<byte> bytes)
    {
        var more = new byte[1 + draws.Next(GrownMax)];
        draws.Fill(more);
        return (byte[])[.. bytes.Span, .. more];
    }
}
