using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Wires;
using Google.Protobuf;

namespace FriendNet.Simulation.Nodes;

/// <summary>Answers to circle requests.</summary>
internal static class CircleAnswers
{
    /// <summary>A delta where one leads from what the asker has, else the whole.</summary>
    internal static IReadOnlyList<Piece> Write(CircleRequest request, Shelf?[] shelves)
    {
        var missing = new CircleAnswer();
        var pieces = new List<Piece>();
        for (var want = 0; want < shelves.Length; want++)
        {
            if (shelves[want] is not { } shelf)
                missing.Missing.Add((uint)want);
            else if (!shelf.Delta.IsEmpty && shelf.From == CircleWants.At(request, want).Have)
                pieces.Add(Piece.Data(shelf.Delta));
            else
                pieces.Add(Piece.Data(shelf.Volume.Set.Whole));
        }

        if (missing.Missing.Count > 0)
            pieces.Insert(0, Piece.Part(missing.ToByteArray()));
        return pieces;
    }
}
