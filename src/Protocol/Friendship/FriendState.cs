using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Friendship;

/// <summary>One link to a friend, as far as it decides about another one.</summary>
/// <param name="Address">Where the friend answered, if we dialed.</param>
internal sealed record OpenLink(LinkId Id, bool Dialed, string Address, Instant Since);

/// <summary>What is known of reaching one friend.</summary>
internal sealed class FriendState(FriendId id)
{
    internal FriendId Id { get; } = id;

    /// <summary>What the friend told last, best first.</summary>
    internal IReadOnlyList<string> Addresses { get; set; } = [];

    internal OpenLink? Link { get; set; }

    /// <summary>A dial is under way; its answer (link or failure) will come.</summary>
    internal bool IsDialing { get; set; }

    /// <summary>In a row, without a link that lasted.</summary>
    internal int Failures { get; set; }

    internal Instant RetryAt { get; set; }

    /// <summary>Addresses learned and not yet remembered: when they are to be.</summary>
    internal Instant? RememberAt { get; set; }

    /// <summary>Until when the pauses last of those that were.</summary>
    internal Instant? RememberedUntil { get; set; }

    /// <summary>Whether a dial would begin if its time came.</summary>
    internal bool Waits => Link is null && !IsDialing && Addresses.Count > 0;

    /// <summary>Checked, without doubles, bounded, in the order given.</summary>
    internal static List<string> Check(IEnumerable<string> addresses)
    {
        var kept = new List<string>();
        foreach (var text in addresses.Take(Limits.AddressesMax))
        {
            if (HostPort.TryParse(text, out var place) && !kept.Contains(place.ToString()))
            {
                kept.Add(place.ToString());
            }
        }

        return kept;
    }
}
