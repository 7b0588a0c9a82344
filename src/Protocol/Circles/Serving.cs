using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// Answers friends' questions for content. What is missing is decided here, before any look
/// into the store: the same for what was not told and for what nobody has.
/// </summary>
internal static class Serving
{
    internal static void Handle(
        Directory directory,
        Neighbour neighbour,
        StreamId stream,
        CircleRequest request,
        Queue<Effect> effects
    )
    {
        var link = neighbour.Link!.Value;
        var wants = new List<SignedHead?>(request.Wants.Count);
        var answered = new List<(Known, ulong)>();
        foreach (var want in request.Wants)
        {
            var known = Told(directory, neighbour, want.Root);
            wants.Add(known?.Held);
            if (known is not null)
                answered.Add((known, want.Root));
        }

        ResetCode? refusal =
            neighbour.Answering is not null ? ResetCode.Busy
            : IsTooMuch(request, wants) ? ResetCode.Malformed
            : answered.Count == 0 ? ResetCode.NotFound
            : null;
        if (refusal is { } code)
        {
            effects.Enqueue(new Effect.Refuse(link, stream, code));
            return;
        }

        (neighbour.Answering, neighbour.Answered) = ((link, stream), answered);
        effects.Enqueue(new Effect.ServeCircle(link, stream, neighbour.Friend, wants, request));
    }

    /// <summary>The answer is out: later deltas of these may go with their heads.</summary>
    internal static void HandleServed(Neighbour neighbour, LinkId link, StreamId stream)
    {
        if (neighbour.Answering != (link, stream))
            return;
        if (neighbour.Link == link)
        {
            foreach (var (known, root) in neighbour.Answered ?? [])
                neighbour.Outbox!.SetEager(known, root);
        }

        (neighbour.Answering, neighbour.Answered) = (null, null);
    }

    // Who asks for more at once than we would, or twice for one, wants us to work. Of what is
    // missing nothing is counted, so nothing is told of it.
    private static bool IsTooMuch(CircleRequest request, List<SignedHead?> wants) =>
        request.Wants.DistinctBy(want => want.Root).Count() < request.Wants.Count
        || (
            request.Wants.Count > 1
            && wants.Sum(head => head?.Head.Content.Entries ?? 0) > Limits.CircleAskEntriesMax
        );

    private static Known? Told(Directory directory, Neighbour neighbour, ulong root)
    {
        var known = directory.ByRoot(root);
        while (known is not null && ToldSet.HopsFor(known, neighbour, directory.Now) is null)
            known = known.NextOfRoot;
        return known;
    }
}
