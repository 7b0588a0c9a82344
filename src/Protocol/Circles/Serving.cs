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
        var (inbox, link) = (neighbour.Inbox!, neighbour.Link!.Value);
        if (inbox.Answering is not null)
        {
            effects.Enqueue(new Effect.Refuse(link, stream, ResetCode.Busy));
            return;
        }

        var wants = new List<SignedHead?>(CircleWants.Count(request));
        var answered = new List<(Known, ulong)>();
        for (var want = 0; want < CircleWants.Count(request); want++)
        {
            var known = Told(directory, neighbour, CircleWants.At(request, want));
            wants.Add(known?.Held);
            if (known is not null)
                answered.Add((known, known.Held!.Head.Content.Root.Tag));
        }

        if (answered.Count == 0)
        {
            effects.Enqueue(new Effect.Refuse(link, stream, ResetCode.NotFound));
            return;
        }

        (inbox.Answering, inbox.Answered) = (stream, answered);
        effects.Enqueue(new Effect.ServeCircle(link, stream, neighbour.Friend, wants, request));
    }

    /// <summary>The answer is out: later deltas of these may go with their heads.</summary>
    internal static void HandleServed(Neighbour neighbour, StreamId stream)
    {
        if (neighbour.Inbox is not { } inbox || inbox.Answering != stream)
            return;
        foreach (var (known, root) in inbox.Answered ?? [])
            neighbour.Outbox!.SetEager(known, root);
        (inbox.Answering, inbox.Answered) = (null, null);
    }

    // Null too if a short tag means several roots: it is asked for again by the whole one.
    private static Known? Told(Directory directory, Neighbour neighbour, CircleWanting want)
    {
        Known? told = null;
        for (var known = directory.ByRoot(want.Root); known is not null; known = known.NextOfRoot)
        {
            if (
                !want.Means(known.Held!.Head.Content.Root.Tag)
                || ToldSet.HopsFor(known, neighbour, directory.Now) is null
            )
                continue;
            if (told is not null && told.Held!.Head.Content != known.Held.Head.Content)
                return null;
            told ??= known;
        }

        return told;
    }
}
