using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Storage;

// From both sides: ours being redeemed, and whose we redeem.
public sealed partial class Invitations
{
    private PublicKey? _inviter;

    /// <summary>
    /// We redeem an invitation of who has this key from now on; null: not any more. Two that
    /// redeem each other's at once would each replace the secret that the other was given; so
    /// the one with the larger id lets the other in and gives its own up.
    /// </summary>
    public void Redeeming(PublicKey? inviter)
    {
        lock (_gate)
        {
            (_inviter, IsCrossed) = (inviter, false);
        }
    }

    /// <summary>Whether the redemption under way is given up for the inviter's own.</summary>
    public bool IsCrossed { get; private set; }

    /// <summary>
    /// One transaction: the invitation is used and its newcomer is a friend, or nothing happened.
    /// The same newcomer may do it again with a later timestamp until its friendship is confirmed,
    /// since the answer may not have reached it; the secrets before stay good beside.
    /// </summary>
    /// <param name="card">Its X25519 key is the one that the handshake proved.</param>
    /// <param name="secret">Copied.</param>
    public Redemption TryRedeem(
        InvitationId invitation,
        Card card,
        PairSecret secret,
        Instant timestamp,
        Instant now
    )
    {
        var id = FriendId.Of(card.SigningKey.Bytes);
        lock (_gate)
        {
            var row = _rows.GetValueOrDefault(invitation);
            if (Refusal(row, card, id, now) is { } refusal)
            {
                return refusal;
            }

            // Once: who was taken out of the group since does not come back by asking again.
            var group = row!.Shown.RedeemedBy is null ? row.Shown.Group : null;
            if (Store(invitation, card, secret, timestamp, now, group) is not { } fresh)
            {
                return Redemption.Used;
            }

            IsCrossed |= card.AgreementKey.Equals(_inviter);

            row.Shown = row.Shown with { RedeemedBy = id };
            _friends.Keep(card, secret, fresh, timestamp, false, now);
            if (group is { } kept)
            {
                _groups.PutInMemory(kept, id);
            }

            _file.Backup();
            return Redemption.Redeemed;
        }
    }

    /// <returns>See <see cref="FriendTable.Put"/>; null: used already.</returns>
    private long? Store(
        InvitationId invitation,
        Card card,
        PairSecret secret,
        Instant timestamp,
        Instant now,
        int? group
    )
    {
        var id = FriendId.Of(card.SigningKey.Bytes);
        long? fresh = null;
        _file.Transact(() =>
        {
            if (!Use(invitation, id, timestamp, now))
            {
                return false;
            }

            fresh = _friends.Put(card, secret, timestamp, false, now);
            // A group that is gone is no reason to refuse a friend.
            _ = group is { } joined && _groups.PutOnDisk(joined, id);
            return true;
        });
        return fresh;
    }

    // The disk decides, whoever else has it open: no two can both change this row.
    private bool Use(InvitationId invitation, FriendId id, Instant timestamp, Instant now) =>
        _file.Run(
            """
            UPDATE invitations SET redeemed_by=?2, redeemed_at=?3, timestamp=?4
            WHERE id=?1 AND revoked=0 AND secret IS NOT NULL AND expires>?3
                AND (redeemed_by IS NULL OR (redeemed_by=?2 AND timestamp<?4
                    AND EXISTS(SELECT 1 FROM friends WHERE id=?2 AND confirmed=0)))
            """,
            invitation.Value,
            id.ToString(),
            now.Microseconds,
            timestamp.Microseconds
        ) == 1;

    private Redemption? Refusal(InvitationRow? row, Card card, FriendId newcomer, Instant now)
    {
        if (row is null || row.Shown.Revoked)
        {
            return Redemption.Revoked;
        }

        if (row.Shown.Expires <= now)
        {
            return Redemption.Expired;
        }

        if (row.Secret is null)
        {
            return Redemption.Used;
        }

        if (newcomer == _self)
        {
            return Redemption.Own;
        }

        if (card.AgreementKey.Equals(_inviter) && _self.Value < newcomer.Value)
        {
            return Redemption.Crossed;
        }

        if (_friends.IsFull(newcomer))
        {
            return Redemption.Full;
        }

        var known = _friends.Row(newcomer)?.Shown.Card.AgreementKey;
        var isAgain = row.Shown.RedeemedBy is not null;
        return isAgain && !card.AgreementKey.Equals(known) ? Redemption.Used : null;
    }
}
