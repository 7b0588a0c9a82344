using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Wires;
using Google.Protobuf;

namespace FriendNet.Simulation.Nodes;

/// <summary>Answers to circle requests, and what a node makes of them.</summary>
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
            else if (!shelf.Delta.IsEmpty && shelf.From == request.Wants[want].Have)
                pieces.Add(Piece.Data(shelf.Delta));
            else
                pieces.Add(Piece.Data(shelf.Volume.Set.Whole));
        }

        if (missing.Missing.Count > 0)
            pieces.Insert(0, Piece.Part(missing.ToByteArray()));
        return pieces;
    }

    /// <summary>How each want ended; after one that is wrong no more are looked at.</summary>
    internal static IReadOnlyList<(CircleEnd End, Shelf? Shelf)> TryRead(
        IReadOnlyList<Piece> pieces,
        IReadOnlyList<SignedHead> wants,
        Volume?[] have,
        Library library
    )
    {
        var missing = new HashSet<uint>();
        var next = 0;
        if (pieces is [{ Type: FrameType.Part } part, ..])
        {
            next = 1;
            if (!ControlMessages.TryParse(part.Bytes.Span, out CircleAnswer? answer))
                return [(CircleEnd.Lied, null)];
            missing = [.. answer.Missing];
        }

        var answered = wants.Count - missing.Count(index => index < wants.Count);
        var isJoined = pieces.Count - next != answered;
        var rest = isJoined ? Piece.Join(pieces) : default;
        var ends = new List<(CircleEnd, Shelf?)>();
        for (var want = 0; want < wants.Count; want++)
        {
            if (missing.Contains((uint)want))
            {
                ends.Add((CircleEnd.Missing, null));
                continue;
            }

            var bytes = isJoined ? Cut(ref rest) : pieces[next++].Bytes;
            var (held, head) = (have[want], wants[want].Head.Content);
            var volume = isJoined
                ? library.Check(held, bytes, head)
                : library.Apply(held, bytes, head);
            ends.Add(volume is null ? (CircleEnd.Lied, null) : (CircleEnd.Held, Of(bytes)));
            if (volume is null)
                return ends;

            Shelf Of(ReadOnlyMemory<byte> delta) =>
                volume.Set.Whole.Equals(delta)
                    ? new Shelf(volume, 0, default)
                    : new Shelf(volume, held?.Head.Root.Tag ?? 0, held is null ? default : delta);
        }

        return ends;
    }

    // One delta off the front; all that is left if it does not end.
    private static ReadOnlyMemory<byte> Cut(ref ReadOnlyMemory<byte> rest)
    {
        using var reader = new DeltaReader(form: DeltaForm.Tags, followed: true);
        var input = rest.Span;
        while (reader.Read(ref input, out _) is DeltaStatus.Header or DeltaStatus.Step) { }
        var bytes = rest[..^input.Length];
        rest = rest[^input.Length..];
        return bytes;
    }
}
