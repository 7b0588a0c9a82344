using System.Diagnostics.CodeAnalysis;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>All pseudonyms known here, and the friends who tell of them.</summary>
internal sealed class Directory
{
    private readonly HashSet<Known> _all = new(new ById());
    private readonly HashSet<Known>.AlternateLookup<PseudonymId> _byId;
    private readonly Dictionary<uint, Known> _byRoot = [];
    private readonly Dictionary<FriendId, Neighbour> _byFriend = [];
    private readonly Dictionary<LinkId, Neighbour> _byLink = [];
    private readonly List<Neighbour?> _slots = [];
    private readonly Stack<ushort> _freeSlots = [];

    internal Directory() => _byId = _all.GetAlternateLookup<PseudonymId>();

    /// <summary>The moment of the input under way.</summary>
    internal Instant Now { get; set; }

    /// <summary>What was told of a pseudonym may have changed; slot: whose offer did, or -1.
    /// </summary>
    internal Action<Known, Reach, int>? Changed { get; set; }

    internal IReadOnlyCollection<Known> All => _all;

    internal IReadOnlyCollection<Neighbour> Linked => _byLink.Values;

    internal Known? Find(PseudonymId id) => _byId.TryGetValue(id, out var known) ? known : null;

    /// <summary>
    /// The head of these bytes if it is known already: its signature is checked once and its
    /// bytes are kept once, whoever tells it.
    /// </summary>
    internal SignedHead? FindSame(ReadOnlySpan<byte> bytes)
    {
        if (!SignedHead.TryPeek(bytes, out var id) || Find(id) is not { } known)
            return null;
        if (known.Held is { } held && held.Encoded.Span.SequenceEqual(bytes))
            return held;
        foreach (var offer in known.Offers)
        {
            if (offer.Head.Encoded.Span.SequenceEqual(bytes))
                return offer.Head;
        }

        return null;
    }

    internal Known Of(PseudonymId id)
    {
        if (!_byId.TryGetValue(id, out var known))
            _all.Add(known = new Known(id));
        return known;
    }

    /// <summary>The first of those held at a root that begins as this tag; then NextOfRoot.
    /// </summary>
    internal Known? ByRoot(ulong tag) => _byRoot.GetValueOrDefault(Short(tag));

    internal Neighbour? At(int slot) => slot < _slots.Count ? _slots[slot] : null;

    internal Neighbour? On(LinkId link) => _byLink.GetValueOrDefault(link);

    internal Neighbour? FindFriend(FriendId friend) => _byFriend.GetValueOrDefault(friend);

    internal Neighbour Of(FriendId friend)
    {
        if (_byFriend.TryGetValue(friend, out var neighbour))
            return neighbour;
        if (!_freeSlots.TryPop(out var slot))
        {
            slot = checked((ushort)_slots.Count);
            _slots.Add(null);
        }

        _slots[slot] = neighbour = new Neighbour(friend, slot);
        _byFriend.Add(friend, neighbour);
        return neighbour;
    }

    internal void Link(Neighbour neighbour, LinkId link)
    {
        neighbour.Outbox = new Outbox(link);
        neighbour.Inbox = new Inbox(neighbour, link);
        _byLink[link] = neighbour;
    }

    internal void Unlink(Neighbour neighbour)
    {
        if (neighbour.Link is { } link)
            _byLink.Remove(link);
        (neighbour.Outbox, neighbour.Inbox) = (null, null);
    }

    /// <summary>The friend is nobody's any more; it offers nothing by now.</summary>
    internal void Remove(Neighbour neighbour)
    {
        Unlink(neighbour);
        _byFriend.Remove(neighbour.Friend);
        _slots[neighbour.Slot] = null;
        _freeSlots.Push(neighbour.Slot);
    }

    internal void SetOffer(Known known, Neighbour by, SignedHead head, int hops)
    {
        var before = Reach.Of(known, by.Slot);
        var at = Array.FindIndex(known.Offers, other => other.Slot == by.Slot);
        if (at >= 0)
        {
            var place = known.Offers[at].At;
            known.Offers[at] = new Offer(head, by.Slot, (byte)hops, place);
        }
        else
        {
            known.Offers = [.. known.Offers, new Offer(head, by.Slot, (byte)hops, by.Offers)];
            by.Offered.Add(known);
        }

        Changed?.Invoke(known, before, by.Slot);
    }

    internal void RemoveOffer(Known known, Neighbour by)
    {
        var before = Reach.Of(known, by.Slot);
        Unlist(by, known.OfferOf(by.Slot)!.Value.At);
        known.Offers = [.. known.Offers.Where(offer => offer.Slot != by.Slot)];
        Changed?.Invoke(known, before, by.Slot);
    }

    internal void SetHeld(Known known, SignedHead? head)
    {
        var before = Reach.Of(known);
        Unindex(known);
        known.Held = head;
        if (head is { IsWithdrawal: false })
        {
            var tag = head.Head.Content.Root.Tag;
            known.NextOfRoot = ByRoot(tag);
            if (known.NextOfRoot is { } next)
                next.BeforeOfRoot = known;
            _byRoot[Short(tag)] = known;
        }

        Changed?.Invoke(known, before, -1);
    }

    /// <summary>Nobody tells of it, and nothing is held.</summary>
    internal void Forget(Known known) => _all.Remove(known);

    /// <summary>All that this friend told us and counts, by ascending keys.</summary>
    internal List<TreeItem> Taken(Neighbour neighbour)
    {
        var items = new List<TreeItem>();
        foreach (var known in neighbour.Offered)
        {
            if (known.OfferOf(neighbour.Slot) is { } offer && !offer.Head.HasExpired(Now))
                items.Add(ToldSet.Item(offer.Head, offer.Hops));
        }

        return Sorted(items);
    }

    /// <summary>All that this linked friend is told, by ascending keys.</summary>
    internal List<TreeItem> Told(Neighbour neighbour)
    {
        var items = new List<TreeItem>();
        foreach (var known in _all)
        {
            if (ToldSet.HopsFor(known, neighbour, Now) is { } hops)
                items.Add(ToldSet.Item(known.Held!, hops));
        }

        return Sorted(items);
    }

    // The last one takes its place.
    private static void Unlist(Neighbour by, int at)
    {
        var last = by.Offered[^1];
        var offer = Array.FindIndex(last.Offers, other => other.Slot == by.Slot);
        last.Offers[offer] = last.Offers[offer] with { At = at };
        by.Offered[at] = last;
        by.Offered.RemoveAt(by.Offers - 1);
    }

    private static uint Short(ulong tag) => unchecked((uint)tag);

    private static List<TreeItem> Sorted(List<TreeItem> items)
    {
        items.Sort((a, b) => a.Key.CompareTo(b.Key));
        return items;
    }

    private void Unindex(Known known)
    {
        if (!known.HasContent)
            return;
        var tag = known.Held!.Head.Content.Root.Tag;
        if (known.NextOfRoot is { } next)
            next.BeforeOfRoot = known.BeforeOfRoot;
        if (known.BeforeOfRoot is { } before)
            before.NextOfRoot = known.NextOfRoot;
        else if (known.NextOfRoot is { } first)
            _byRoot[Short(tag)] = first;
        else
            _byRoot.Remove(Short(tag));
        (known.BeforeOfRoot, known.NextOfRoot) = (null, null);
    }

    // A set that is looked up by the key of its items: 48 bytes less for each than a dictionary.
    private sealed class ById
        : IEqualityComparer<Known>,
            IAlternateEqualityComparer<PseudonymId, Known>
    {
        public bool Equals(Known? x, Known? y) => ReferenceEquals(x, y);

        public int GetHashCode([DisallowNull] Known obj) => obj.Id.Key.GetHashCode();

        public bool Equals(PseudonymId alternate, Known other) => alternate == other.Id;

        public int GetHashCode(PseudonymId alternate) => alternate.Key.GetHashCode();

        public Known Create(PseudonymId alternate) => new(alternate);
    }
}
