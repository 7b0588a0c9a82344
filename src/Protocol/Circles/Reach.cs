using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// What decides to whom a pseudonym is told: the head held here, the fewest hops of its offers,
/// and who makes those. Two of them compared say whom a change concerns.
/// </summary>
internal readonly struct Reach
{
    internal const byte Nowhere = byte.MaxValue;
    private const int Many = -2;
    private const int Nobody = -1;

    private readonly Known _known;
    private readonly int _owner;

    // Whose offer is about to change: the others' can still be looked up after it.
    private readonly int _changing;
    private readonly bool _isOwnerAtChanging;

    private Reach(Known known, int changing, (byte First, int Slot, byte Second) fewest, int owner)
    {
        (_known, Head, HasPlace) = (known, known.Held, known.HasPlace);
        (First, FirstSlot, Second) = known.IsOwn ? ((byte)0, Nobody, (byte)0) : fewest;
        (_owner, _changing) = (owner, changing);
        _isOwnerAtChanging = known.OfferOf(changing) is { Hops: 1 };
    }

    internal SignedHead? Head { get; }

    internal bool HasPlace { get; }

    /// <summary>Fewest hops of any offer, 0 for an own pseudonym.</summary>
    internal byte First { get; }

    /// <summary>The slot of the one friend that offers at so few; below 0: not just one.</summary>
    internal int FirstSlot { get; }

    /// <summary>Fewest hops of the others' offers.</summary>
    internal byte Second { get; }

    /// <param name="changing">Slot of the offer that changes next; below 0: none.</param>
    internal static Reach Of(Known known, int changing = Nobody)
    {
        var (first, second) = (Nowhere, Nowhere);
        var (slot, owner) = (Nobody, Nobody);
        foreach (var offer in known.Offers)
        {
            if (offer.Hops == 1)
                owner = owner == Nobody ? offer.Slot : Many;
            if (offer.Hops < first)
                (second, first, slot) = (first, offer.Hops, offer.Slot);
            else if (offer.Hops < second)
                second = offer.Hops;
        }

        if (first == second)
            slot = Nobody;
        return new Reach(known, changing, (first, slot, second), owner);
    }

    /// <summary>Fewest hops of offers by others than this friend.</summary>
    internal byte HopsWithout(int slot) => slot == FirstSlot ? Second : First;

    /// <summary>Whether this friend says that the pseudonym is its own.</summary>
    internal bool IsOwnerAt(int slot) =>
        slot == _changing
            ? _isOwnerAtChanging
            : _owner == slot || (_owner == Many && _known.OfferOf(slot) is { Hops: 1 });

    /// <summary>Whether it makes a difference to all friends alike.</summary>
    internal bool DiffersForAll(in Reach other) =>
        !ReferenceEquals(Head, other.Head) || First != other.First || HasPlace != other.HasPlace;
}
