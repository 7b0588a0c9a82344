using System.Globalization;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// Whose content is kept, charged to the friend that brought it: who fills its quota loses only
/// what it alone brings.
/// </summary>
internal sealed class Quota(Directory directory, Queue<Effect> effects)
{
    private static readonly TimeSpan SayPause = TimeSpan.FromMinutes(10);

    private long _promised;

    /// <summary>Entries kept of all circles.</summary>
    internal long Entries { get; private set; }

    /// <param name="pending">Entries already promised to the same friend.</param>
    internal bool HasRoom(Neighbour from, Known known, SignedHead head, long pending)
    {
        var more = head.Head.Content.Entries + pending;
        var freed = known.HasContent ? known.Held!.Head.Content.Entries : 0;
        var freedHere = known.Sponsor == from.Slot ? freed : 0;
        // What others published fills only so much: there is room for the friend's own.
        var isOwn = known.OfferOf(from.Slot) is { Hops: 1 };
        var keptEntries = isOwn ? 0 : Limits.CircleOwnEntriesMax;
        var keptBytes = isOwn ? 0 : Limits.CircleOwnBytesMax;
        return from.Entries + from.Promised + more - freedHere
                <= Limits.CircleEntriesPerFriendMax - keptEntries
            && Entries + _promised + more - freed <= Limits.CircleEntriesMax
            && from.Encoded < Limits.CircleBytesPerFriendMax - keptBytes;
    }

    /// <summary>Room for what comes in parts, until all of it is here or it is given up.</summary>
    internal void Promise(Parts parts, int sign)
    {
        var entries = sign * parts.Head.Head.Content.Entries;
        parts.Sponsor.Promised += entries;
        _promised += entries;
    }

    /// <summary>Nothing of it is held any more.</summary>
    internal void Release(Known known)
    {
        Charge(known, -1);
        directory.SetHeld(known, null);
        known.Encoded = 0;
    }

    /// <summary>The pseudonym is held at this head from now on.</summary>
    internal void Hold(Known known, SignedHead head, Neighbour sponsor, long encoded)
    {
        Charge(known, -1);
        known.Sponsor = sponsor.Slot;
        known.Encoded = head.IsWithdrawal ? 0 : (int)Math.Min(encoded, int.MaxValue);
        directory.SetHeld(known, head);
        Charge(known, 1);
    }

    /// <summary>The same content counts for another friend now, or for none.</summary>
    internal void Move(Known known, Neighbour? sponsor)
    {
        Charge(known, -1);
        known.Sponsor = sponsor?.Slot ?? Known.Nobody;
        Charge(known, 1);
    }

    /// <summary>For people, once in a while: what this friend offers does not fit.</summary>
    internal void Say(Neighbour neighbour)
    {
        if (directory.Now < neighbour.SayAgainAt)
            return;
        neighbour.SayAgainAt = directory.Now + SayPause;
        var culture = CultureInfo.InvariantCulture;
        var (entries, all) = (
            neighbour.Entries.ToString("N0", culture),
            Entries.ToString("N0", culture)
        );
        var text = string.Create(
            culture,
            $"This friend brought {entries} entries of circles, all friends {all}; "
                + $"this node keeps {Limits.CircleEntriesPerFriendMax:N0} of a friend, "
                + $"{Limits.CircleEntriesMax:N0} in all."
        );
        effects.Enqueue(new Effect.CircleWaits(neighbour.Friend, text));
    }

    private void Charge(Known known, int sign)
    {
        if (!known.HasContent || known.IsOwn)
            return;
        var entries = sign * known.Held!.Head.Content.Entries;
        Entries += entries;
        if (directory.At(known.Sponsor) is not { } sponsor)
            return;
        sponsor.Entries += entries;
        sponsor.Encoded += sign * (long)known.Encoded;
    }
}
