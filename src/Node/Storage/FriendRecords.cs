using FriendNet.Crypto.Identity;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Storage;

/// <summary>A friend as stored, without its secret. A snapshot.</summary>
/// <param name="Name">Given by the user; of the card at first. One friend a name.</param>
/// <param name="Confirmed">The friend is known to have stored the friendship, too.</param>
public sealed record Friend(
    FriendId Id,
    Card Card,
    string Name,
    IReadOnlyList<string> Addresses,
    Instant Added,
    bool Confirmed
);

/// <summary>An invitation as stored, without its secret. A snapshot.</summary>
/// <param name="Group">That the newcomer joins; known here only.</param>
public sealed record OpenInvitation(
    InvitationId Id,
    string Note,
    Instant Created,
    Instant Expires,
    bool Revoked,
    FriendId? RedeemedBy,
    int? Group
)
{
    /// <summary>"open", "used", "revoked" or "expired".</summary>
    public string State(Instant now) =>
        RedeemedBy is not null ? "used"
        : Revoked ? "revoked"
        : Expires <= now ? "expired"
        : "open";
}

/// <summary>What came of a redemption.</summary>
public enum Redemption
{
    /// <summary>The newcomer is a friend now.</summary>
    Redeemed,

    /// <summary>By its time, by our clock.</summary>
    Expired,

    /// <summary>By another, or by this one and confirmed, or this very message again.</summary>
    Used,

    /// <summary>Revoked, or never made.</summary>
    Revoked,

    /// <summary>Limits.FriendsMax are friends already.</summary>
    Full,

    /// <summary>The newcomer is this node.</summary>
    Own,

    /// <summary>We redeem one of the newcomer's just now, and that one counts.</summary>
    Crossed,
}

/// <summary>How the opening of the store ended.</summary>
/// <param name="Store">Null where it cannot be used; the sentence says why.</param>
/// <param name="Sentence">Set where the user has to know something.</param>
public readonly record struct StoreOpening(FriendStore? Store, string? Sentence);

/// <summary>A copy of one of the secrets that a friend may use; the caller's.</summary>
/// <param name="Fresh">0: the one in use; else made since, and it may not have got it.</param>
public sealed record UsableSecret(long Fresh, PairSecret Secret) : IDisposable
{
    public void Dispose() => Secret.Dispose();
}

/// <summary>A friend with what only the store's own folder sees.</summary>
internal sealed class FriendRow(Friend shown, PairSecret secret) : IDisposable
{
    internal Friend Shown { get; set; } = shown;

    internal PairSecret Secret { get; set; } = secret;

    /// <summary>
    /// Made by redemptions since, oldest first: it has the one in use or one of these, whichever
    /// answer reached it last.
    /// </summary>
    internal List<UsableSecret> Fresh { get; } = [];

    internal Instant Accepted { get; set; }

    /// <summary>When, by our own clock.</summary>
    internal Instant AcceptedAt { get; set; }

    internal Instant Sent { get; set; }

    public void Dispose()
    {
        Secret.Dispose();
        Fresh.ForEach(one => one.Dispose());
    }
}

/// <summary>An invitation with its secret, until that is erased.</summary>
internal sealed class InvitationRow(OpenInvitation shown, PairSecret? secret) : IDisposable
{
    internal OpenInvitation Shown { get; set; } = shown;

    internal PairSecret? Secret { get; set; } = secret;

    public void Dispose() => Secret?.Dispose();
}
