using FriendNet.Protocol.Events;

namespace FriendNet.Protocol.Circles;

/// <summary>Takes up what the store kept, and settles what a friend leaves behind.</summary>
internal sealed class Keeping(
    Directory directory,
    Quota quota,
    Fetching fetching,
    Queue<Effect> effects
)
{
    /// <summary>It is a friend no more, and offers nothing by now.</summary>
    internal void Leave(Neighbour neighbour)
    {
        // Also what it brought and told no more: its number may be another's soon.
        foreach (var known in directory.All)
        {
            if (known is { HasContent: true, IsOwn: false } && known.Sponsor == neighbour.Slot)
                Sponsor(known);
        }
    }

    internal void Restore(Input.HeadsKnown known)
    {
        var neighbour = directory.Of(known.Friend);
        var expired = new List<OfferChange>();
        foreach (var told in known.Heads)
        {
            if (told.Head.HasExpired(directory.Now))
            {
                expired.Add(new OfferChange(told.Head.Pseudonym, null, 0));
                continue;
            }

            var head = directory.FindSame(told.Head.Encoded.Span) ?? told.Head;
            directory.SetOffer(directory.Of(head.Pseudonym), neighbour, head, told.Hops);
        }

        if (expired.Count > 0)
            effects.Enqueue(new Effect.KeepOffers(known.Friend, expired));
    }

    internal void Restore(Input.CirclesHeld held)
    {
        foreach (var circle in held.Circles)
        {
            if (circle.Head.HasExpired(directory.Now))
            {
                effects.Enqueue(new Effect.DropCircle(circle.Head.Pseudonym));
                continue;
            }

            var known = directory.Of(circle.Head.Pseudonym);
            var head = directory.FindSame(circle.Head.Encoded.Span) ?? circle.Head;
            if (!known.IsOwn)
                quota.Hold(known, head, directory.Of(circle.Sponsor), circle.Encoded);
        }

        foreach (var known in directory.All.ToArray())
            fetching.Consider(known);
    }

    // Its sponsor is no friend any more: it counts for another who tells of it, if there is one.
    private void Sponsor(Known known)
    {
        var next = known.Offers.Length > 0 ? directory.At(known.Offers[0].Slot) : null;
        quota.Move(known, next);
        if (next is not null)
            effects.Enqueue(new Effect.KeepCircle(known.Held!, null, next.Friend));
    }
}
