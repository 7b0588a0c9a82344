using System.Globalization;
using FriendNet.Crypto.Sodium;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Links;

/// <summary>Kinds of what came of redeeming, for exit codes.</summary>
public enum RedeemOutcome
{
    /// <summary>A friend now.</summary>
    Redeemed,

    /// <summary>The link is none, damaged, of a newer kind, or our own.</summary>
    BadLink,

    /// <summary>By our own clock.</summary>
    Expired,

    /// <summary>Nobody could be connected to.</summary>
    Unreachable,

    /// <summary>Connected, and silence: used, expired or revoked.</summary>
    Silent,

    /// <summary>It could not be stored here: the disk failed.</summary>
    NotStored,

    /// <summary>Limits.FriendsMax are friends already.</summary>
    TooMany,
}

/// <summary>What came of redeeming an invitation.</summary>
/// <param name="Friend">Set when redeemed.</param>
/// <param name="Sentence">One clear sentence, or two: what is wrong and what to do.</param>
public sealed record RedeemResult(RedeemOutcome Outcome, Friend? Friend, string Sentence)
{
    internal static readonly RedeemResult TooMany = new(
        RedeemOutcome.TooMany,
        null,
        $"You have {Limits.FriendsMax} friends, the most that FriendNet keeps: remove one first."
    );

    internal static readonly RedeemResult Stopping = new(
        RedeemOutcome.Unreachable,
        null,
        "The daemon is stopping: start it again, and redeem then."
    );

    internal static RedeemResult DiskFailed(string why) =>
        new(
            RedeemOutcome.NotStored,
            null,
            $"The friendship could not be stored ({why}): see to the disk, and redeem again."
        );

    internal static PublicKey KeyOf(Invitation invitation) =>
        PublicKey.Import(KeyAgreementAlgorithm.X25519, invitation.Key);

    /// <summary>What can be said without asking anybody; null: go on.</summary>
    internal static RedeemResult? Refusal(
        InvitationFlaw flaw,
        Invitation? invitation,
        OurSide our
    ) =>
        flaw switch
        {
            InvitationFlaw.NotAnInvitation => Bad(
                $"This is not an invitation: one begins with \"{Invitation.Scheme}\"."
            ),
            InvitationFlaw.Damaged => Bad(
                "This invitation is cut off or mistyped: copy the whole link again."
            ),
            InvitationFlaw.Unknown => Bad(
                "This invitation is of a kind that this version does not know: update FriendNet."
            ),
            InvitationFlaw.Expired => new(
                RedeemOutcome.Expired,
                null,
                $"This invitation expired at {Time(invitation!.Expires)}, and your clock says "
                    + $"{Time(our.Now())}: ask for a new one, unless your clock is wrong."
            ),
            _ when KeyOf(invitation!).Equals(our.Card.AgreementKey) => Bad(
                "This is your own invitation: send it to somebody else."
            ),
            _ when invitation!.Addresses.Count == 0 => Bad(
                "This invitation names no address to connect to: ask for one that does."
            ),
            _ => null,
        };

    /// <summary>After all addresses were tried in vain.</summary>
    internal static RedeemResult NotReached(IReadOnlyList<DialAttempt> attempts)
    {
        var silent = attempts.FirstOrDefault(attempt => attempt.Result == DialResult.Silent);
        if (silent is not null)
        {
            return new(
                RedeemOutcome.Silent,
                null,
                $"{silent.Address} did not answer: the invitation may be used, expired or revoked, "
                    + "or another program listens there. Ask for a new one."
            );
        }

        var tries = attempts.Select(attempt => $"{attempt.Address} ({attempt.Why})");
        return new(
            RedeemOutcome.Unreachable,
            null,
            $"The inviter cannot be reached at {string.Join(", ", tries)}: is it running, and its "
                + "port open? The invitation remains good; try again."
        );
    }

    private static RedeemResult Bad(string sentence) => new(RedeemOutcome.BadLink, null, sentence);

    private static string Time(Instant at) =>
        DateTime
            .UnixEpoch.AddTicks(at.Microseconds * TimeSpan.TicksPerMicrosecond)
            .ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
