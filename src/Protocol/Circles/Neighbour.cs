using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Circles;

/// <summary>What circles know of one friend, linked or not.</summary>
internal sealed class Neighbour(FriendId friend, ushort slot)
{
    internal FriendId Friend { get; } = friend;

    /// <summary>Its number in offers.</summary>
    internal ushort Slot { get; } = slot;

    /// <summary>The pseudonyms that it offers, in no order. Changed by Directory alone.</summary>
    internal List<Known> Offered { get; } = [];

    internal int Offers => Offered.Count;

    /// <summary>Charged: what it brought and is kept.</summary>
    internal long Entries { get; set; }

    internal long Encoded { get; set; }

    /// <summary>Entries of what comes in parts and will be charged.</summary>
    internal long Promised { get; set; }

    /// <summary>The link in use and what goes over it; null: none.</summary>
    internal Outbox? Outbox { get; set; }

    internal Inbox? Inbox { get; set; }

    /// <summary>Wanted content that is to be asked of it; made when first used.</summary>
    internal Queue<(Known Known, long Entries)>? Wanted { get; set; }

    /// <summary>Entries in that queue and in its question under way.</summary>
    internal long WantedEntries { get; set; }

    /// <summary>The question under way, if any.</summary>
    internal Ask? Ask { get; set; }

    /// <summary>Deltas that came with their heads; made when first used.</summary>
    internal WaitingDeltas? Deltas { get; set; }

    /// <summary>The one of them that is being applied.</summary>
    internal Ask? Applying { get; set; }

    /// <summary>It waits for one of the places to ask.</summary>
    internal bool HasTurn { get; set; }

    /// <summary>Our answer under way, one a friend however often it comes anew.</summary>
    internal (LinkId Link, StreamId Stream)? Answering { get; set; }

    /// <summary>Whose content is in that answer, and at which root.</summary>
    internal List<(Known Known, ulong Root)>? Answered { get; set; }

    /// <summary>So many news are taken of it, whatever link they come by.</summary>
    internal TokenBucket? HeadRate { get; set; }

    /// <summary>So often its links are begun with a comparison of all that is told.</summary>
    internal TokenBucket? Compares { get; set; }

    internal int Failures { get; set; }

    internal int Lies { get; set; }

    /// <summary>Until then nothing is asked of it.</summary>
    internal Instant RestUntil { get; set; }

    /// <summary>A full quota is said once in a while.</summary>
    internal Instant SayAgainAt { get; set; }

    internal LinkId? Link => Outbox?.Link;
}
