using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>One question for content under way.</summary>
internal sealed class Ask(AskId id, Neighbour from, IReadOnlyList<Known> knowns)
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

    internal long Entries => Heads.Sum(head => head.Head.Content.Entries);

    internal bool IsCompare { get; init; }

    internal bool IsFull { get; } = knowns.Any(known => known.NeedsFullTag);

    /// <summary>When it is given up; null: it is local work, or was given up.</summary>
    internal Instant? GiveUpAt { get; set; }

    internal Effect.FetchCircle Fetch(LinkId link)
    {
        PseudonymId?[] have =
        [
            .. Knowns.Select(known => known.HasContent ? known.Id : (PseudonymId?)null),
        ];
        return new(Id, link, From.Friend, Heads, have, IsCompare, IsFull);
    }
}
