using System.Numerics;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>One question for content under way.</summary>
/// <param name="parts">Asked for some groups of the one catalog; null: for all of each.</param>
internal sealed class Ask(
    AskId id,
    Neighbour from,
    IReadOnlyList<Known> knowns,
    Parts? parts = null,
    uint groups = 0
)
{
    internal AskId Id { get; } = id;

    internal Neighbour From { get; } = from;

    internal IReadOnlyList<Known> Knowns { get; } = knowns;

    /// <summary>What was asked for, one for each of <see cref="Knowns"/>.</summary>
    internal IReadOnlyList<SignedHead> Heads { get; } =
    [.. knowns.Select(known => known.OfferOf(from.Slot)!.Value.Head)];

    internal bool[] IsDone { get; } = new bool[knowns.Count];

    /// <summary>So many of them came and are held.</summary>
    internal int HeldWants { get; set; }

    internal bool IsWhole => HeldWants == Knowns.Count;

    internal Parts? Parts { get; } = parts;

    /// <summary>Of these it is not known that they came.</summary>
    internal uint Groups { get; set; } = groups;

    internal long Entries { get; } =
        knowns.Sum(known => known.OfferOf(from.Slot)!.Value.Head.Head.Content.Entries)
        * (parts is null ? TreeHash.Fanout : BitOperations.PopCount(groups))
        / TreeHash.Fanout;

    /// <summary>Whose quota what comes counts for.</summary>
    internal Neighbour Sponsor => Parts?.Sponsor ?? From;

    internal bool IsFull { get; } = knowns.Any(known => known.NeedsFullTag);

    /// <summary>When it is given up; null: it is local work, or was given up.</summary>
    internal Instant? GiveUpAt { get; set; }

    internal Effect.FetchCircle Fetch(LinkId link)
    {
        PseudonymId?[] have =
        [
            .. Knowns.Select(known => known.HasContent ? known.Id : (PseudonymId?)null),
        ];
        return new(Id, link, From.Friend, Heads, have, Groups, Sponsor.Friend, IsFull);
    }
}
