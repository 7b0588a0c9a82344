using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Storage;

/// <summary>
/// Invitations given out. Each makes one friend: redeeming is one transaction. The secret is
/// erased once the newcomer is known to have stored the friendship, or by revoking or expiry.
/// </summary>
public sealed class Invitations : IDisposable
{
    private readonly StateFile _file;
    private readonly SealedRows _sealed;
    private readonly Lock _gate;
    private readonly Dictionary<InvitationId, InvitationRow> _rows;
    private readonly FriendTable _friends;
    private readonly Groups _groups;
    private readonly VeilTable _veils;
    private readonly FriendId _self;
    private PublicKey? _inviter;

    internal Invitations(
        StateFile file,
        SealedRows rows,
        Lock gate,
        Dictionary<InvitationId, InvitationRow> invitations,
        FriendTable friends,
        Groups groups,
        VeilTable veils,
        FriendId self
    )
    {
        _file = file;
        _sealed = rows;
        _gate = gate;
        _rows = invitations;
        _friends = friends;
        _groups = groups;
        _veils = veils;
        _self = self;
        foreach (var row in _rows.Values)
            Show(row);
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<OpenInvitation> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _rows.Values.Select(row => row.Shown).OrderBy(one => one.Id.Value)];
            }
        }
    }

    /// <summary>Null: Limits.InvitationsMax are open.</summary>
    /// <param name="secret">Made of the link's 16 bytes; copied.</param>
    /// <param name="group">That the newcomer joins, if it is still there then.</param>
    public OpenInvitation? Create(
        PairSecret secret,
        string note,
        Instant expires,
        Instant now,
        int? group = null
    )
    {
        lock (_gate)
        {
            Expire(now);
            if (_rows.Values.Count(row => row.Secret is not null) >= Limits.InvitationsMax)
                return null;

            InvitationId id = default;
            _file.Transact(() =>
            {
                using var insert = _file.Command(
                    """
                    INSERT INTO invitations(note, created, expires, grp) VALUES(?1, ?2, ?3, ?4)
                    RETURNING id
                    """,
                    note,
                    now.Microseconds,
                    expires.Microseconds,
                    group
                );
                id = new InvitationId((long)insert.ExecuteScalar()!);
                var box = _sealed.Seal(id, secret);
                return _file.Run("UPDATE invitations SET secret=?2 WHERE id=?1", id.Value, box)
                    == 1;
            });
            var shown = new OpenInvitation(id, note, now, expires, false, null, group);
            var row = new InvitationRow(shown, FriendTable.Copy(secret));
            _rows.Add(id, row);
            Show(row);
            _file.Backup();
            return shown;
        }
    }

    /// <summary>False: used already, or unknown.</summary>
    public bool Revoke(InvitationId invitation)
    {
        lock (_gate)
        {
            if (
                !_rows.TryGetValue(invitation, out var row)
                || row.Shown.RedeemedBy is not null
                || row.Shown.Revoked
            )
                return false;

            _file.Run(
                "UPDATE invitations SET revoked=1, secret=NULL WHERE id=?1",
                invitation.Value
            );
            row.Shown = row.Shown with { Revoked = true };
            Erase(row);
            _file.Backup(forget: true);
            return true;
        }
    }

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
                return refusal;

            // Once: who was taken out of the group since does not come back by asking again.
            var group = row!.Shown.RedeemedBy is null ? row.Shown.Group : null;
            long fresh = 0;
            if (
                !_file.Transact(() =>
                {
                    if (!Use(invitation, id, timestamp, now))
                        return false;

                    fresh = _friends.Put(card, secret, timestamp, false, now);
                    // A group that is gone is no reason to refuse a friend.
                    _ = group is { } joined && _groups.PutOnDisk(joined, id);
                    return true;
                })
            )
                return Redemption.Used;

            IsCrossed |= card.AgreementKey.Equals(_inviter);

            row.Shown = row.Shown with { RedeemedBy = id };
            _friends.Keep(card, secret, fresh, timestamp, false, now);
            if (group is { } kept)
                _groups.PutInMemory(kept, id);

            _file.Backup();
            return Redemption.Redeemed;
        }
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

    public void Dispose()
    {
        foreach (var row in _rows.Values)
            row.Dispose();

        _rows.Clear();
    }

    /// <summary>
    /// Within a transaction: no secret stays on disk that this friend used. Always true.
    /// </summary>
    internal bool Spend(FriendId friend) =>
        _file.Run("UPDATE invitations SET secret=NULL WHERE redeemed_by=?1", friend.ToString())
        >= 0;

    /// <summary>After that transaction: in memory.</summary>
    internal void Spent(FriendId friend)
    {
        foreach (var row in _rows.Values.Where(row => row.Shown.RedeemedBy == friend))
            Erase(row);
    }

    /// <summary>Erases the secrets of those whose time is over.</summary>
    internal void Expire(Instant now)
    {
        var over = _rows.Values.Where(row => row.Secret is not null && row.Shown.Expires <= now);
        foreach (var row in over.ToArray())
        {
            _file.Run("UPDATE invitations SET secret=NULL WHERE id=?1", row.Shown.Id.Value);
            Erase(row);
        }
    }

    private void Show(InvitationRow row)
    {
        if (row.Secret is { } secret)
            _veils.Set(new VeilOwner.Invitation(row.Shown.Id), secret);
    }

    private void Erase(InvitationRow row)
    {
        _veils.Remove(new VeilOwner.Invitation(row.Shown.Id));
        row.Secret?.Dispose();
        row.Secret = null;
    }

    private Redemption? Refusal(InvitationRow? row, Card card, FriendId newcomer, Instant now)
    {
        if (row is null || row.Shown.Revoked)
            return Redemption.Revoked;

        if (row.Shown.Expires <= now)
            return Redemption.Expired;

        if (row.Secret is null)
            return Redemption.Used;

        if (newcomer == _self)
            return Redemption.Own;

        if (card.AgreementKey.Equals(_inviter) && _self.Value < newcomer.Value)
            return Redemption.Crossed;

        if (_friends.IsFull(newcomer))
            return Redemption.Full;

        var known = _friends.Row(newcomer)?.Shown.Card.AgreementKey;
        var isAgain = row.Shown.RedeemedBy is not null;
        return isAgain && !card.AgreementKey.Equals(known) ? Redemption.Used : null;
    }
}
