using System.Buffers;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Wires;
using Google.Protobuf;

namespace FriendNet.Simulation.Nodes;

/// <summary>Answers to circle requests.</summary>
internal static class CircleAnswers
{
    /// <summary>A delta where one leads from what the asker has, else the whole.</summary>
    internal static IReadOnlyList<Piece> Write(CircleRequest request, Shelf?[] shelves)
    {
        if (request.Parts != 0 && shelves[0] is { } large)
            return Parts(request, large.Volume);
        var answer = new CircleAnswer();
        var pieces = new List<Piece>();
        for (var want = 0; want < shelves.Length; want++)
        {
            if (shelves[want] is not { } shelf)
                answer.Missing.Add((uint)want);
            else if (!shelf.Delta.IsEmpty && shelf.From == CircleWants.At(request, want).Have)
                pieces.Add(Piece.Data(shelf.Delta));
            else if (IsCompared(request, shelf.Volume))
                answer.Compare = true;
            else
                pieces.Add(Piece.Data(shelf.Volume.Set.Whole));
        }

        if (answer.CalculateSize() > 0)
            pieces.Insert(0, Piece.Part(answer.ToByteArray()));
        return pieces;
    }

    private static bool IsCompared(CircleRequest request, Volume volume) =>
        CircleWants.Count(request) == 1
        && CircleWants.At(request, 0).Have != 0
        && volume.Head.Entries > Limits.CirclePartEntries;

    private static IReadOnlyList<Piece> Parts(CircleRequest request, Volume volume)
    {
        var output = new ArrayBufferWriter<byte>();
        var set = volume.Set;
        var nodes = PartAnswer.Write(set.Tree(), set.Head, request, set.EntriesOf, output);
        return [Piece.Part(nodes.ToByteArray()), Piece.Data(output.WrittenMemory)];
    }
}
