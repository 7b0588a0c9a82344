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
        var wants = new List<SignedHead?>(CircleWants.Count(request));
        var answered = new List<(Known, ulong)>();
        for (var want = 0; want < CircleWants.Count(request); want++)
        {
            var known = Told(directory, neighbour, CircleWants.At(request, want));
            wants.Add(known?.Held);
            if (known is not null)
                answered.Add((known, known.Held!.Head.Content.Root.Tag));
        }

        ResetCode? refusal =
            neighbour.Answering is not null ? ResetCode.Busy
            : IsTooMuch(wants) ? ResetCode.Malformed
            : answered.Count == 0 ? ResetCode.NotFound
            : null;
        if (refusal is { } code)
        {
            effects.Enqueue(new Effect.Refuse(link, stream, code));
            return;
        }

        // Of several that give parts of one catalog, only one tells later changes too.
        var isEager = request.Parts == 0 || (request.Parts & 1) != 0;
        (neighbour.Answering, neighbour.Answered) = ((link, stream), isEager ? answered : null);
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
    private static bool IsTooMuch(List<SignedHead?> wants)
    {
        CatalogHead[] known = [.. wants.OfType<SignedHead>().Select(head => head.Head.Content)];
        return known.DistinctBy(content => content.Root).Count() < known.Length
            || (
                wants.Count > 1
                && known.Sum(content => content.Entries) > Limits.CircleAskEntriesMax
            );
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
