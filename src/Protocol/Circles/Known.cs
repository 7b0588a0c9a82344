using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>What one friend tells of a pseudonym; 16 bytes.</summary>
/// <param name="At">Where it stands in <see cref="Neighbour.Offered"/>.</param>
internal readonly record struct Offer(SignedHead Head, ushort Slot, byte Hops, int At);

/// <summary>What is being done about a pseudonym's content.</summary>
internal enum Pursuit : byte
{
    /// <summary>Nothing: it is held, or nobody linked has better.</summary>
    Idle,

    /// <summary>It stands in a neighbour's queue.</summary>
    Queued,

    /// <summary>It is asked for, or being applied.</summary>
    Asked,

    /// <summary>Nobody may be asked now: they rest, or their quota is full.</summary>
    Stuck,
}

/// <summary>One pseudonym. Changed by <see cref="Directory"/> alone, but for the pursuit.</summary>
internal sealed class Known(PseudonymId id)
{
    internal const ushort Nobody = ushort.MaxValue;

    internal PseudonymId Id { get; } = id;

    /// <summary>The head whose content is here, or a withdrawal; told on.</summary>
    internal SignedHead? Held { get; set; }

    /// <summary>One a friend, in no order.</summary>
    internal Offer[] Offers { get; set; } = [];

    /// <summary>Another one held at a root that begins alike.</summary>
    internal Known? NextOfRoot { get; set; }

    /// <summary>The one whose next it is.</summary>
    internal Known? BeforeOfRoot { get; set; }

    /// <summary>Bytes in the store, charged to <see cref="Sponsor"/>.</summary>
    internal int Encoded { get; set; }

    /// <summary>Slot of the friend whose quota it counts for; sensible if content is held.
    /// </summary>
    /// <remarks><see cref="Nobody"/>: who brought it is no friend any more.</remarks>
    internal ushort Sponsor { get; set; }

    /// <summary>If queued: in whose queue.</summary>
    internal ushort Queue { get; set; }

    internal Pursuit Pursuit { get; set; }

    internal bool IsOwn { get; set; }

    /// <summary>It is told on: set by <see cref="Places"/>, as the next.</summary>
    internal bool HasPlace { get; set; }

    /// <summary>Entries that its place counts for; 0: it is for nobody.</summary>
    internal int PlaceEntries { get; set; }

    /// <summary>It is being asked for in parts; <see cref="Pursuit"/> is Asked meanwhile.</summary>
    internal Parts? Parts { get; set; }

    /// <summary>Its content is too large to be asked for without saying what is held.</summary>
    internal bool NeedsCompare { get; set; }

    /// <summary>Asking by a short tag brought nothing: another root may begin alike.</summary>
    internal bool NeedsFullTag { get; set; }

    /// <summary>Content, not a withdrawal, is here.</summary>
    internal bool HasContent => Held is { IsWithdrawal: false };

    internal Offer? OfferOf(int slot)
    {
        foreach (var offer in Offers)
        {
            if (offer.Slot == slot)
                return offer;
        }

        return null;
    }
}
