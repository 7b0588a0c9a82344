using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>Shares a large catalog among the friends who tell the same head of it.</summary>
internal sealed class Sharing(Directory directory, Quota quota, Asking asking, Rests rests)
{
    /// <param name="from">Asked first, and charged for all of it.</param>
    internal void Begin(Known known, Neighbour from, SignedHead head)
    {
        var parts = new Parts(head, from, !known.HasContent);
        (known.Pursuit, known.Parts) = (Pursuit.Asked, parts);
        quota.Promise(parts, 1);
        asking.Enqueue(from, known, parts);
        TryGoOn(known, parts);
    }

    /// <summary>Asks more of those who tell it. False: nobody is asked, and nobody can be.
    /// </summary>
    internal bool TryGoOn(Known known, Parts parts)
    {
        while (parts.WantsTeller && Idle(known, parts) is { } by)
            asking.Enqueue(by, known, parts);
        return parts.Tellers.Count > 0;
    }

    private Neighbour? Idle(Known known, Parts parts) =>
        known
            .Offers.Where(offer => offer.Head.Equals(parts.Head))
            .Select(offer => directory.At(offer.Slot)!)
            .Where(by =>
                by.Link is not null
                && !parts.Tellers.Contains(by)
                && rests.Until(known, by) <= directory.Now
            )
            .MinBy(Standing);

    // Who has little to bring because it brings nothing is not the one to ask.
    internal static (int Failures, long Load) Standing(Neighbour neighbour) =>
        (neighbour.Failures, neighbour.Entries + neighbour.WantedEntries);
}
