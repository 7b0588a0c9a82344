using FriendNet.Crypto.Identity;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Storage;

/// <summary>
/// Invitations given out. Each makes one friend: redeeming is one transaction. The secret is
/// erased once the newcomer is known to have stored the friendship, or by revoking or expiry.
/// </summary>
public sealed partial class Invitations : IDisposable
{
    private readonly StateFile _file;
    private readonly SealedRows _sealed;
    private readonly Lock _gate;
    private readonly Dictionary<InvitationId, InvitationRow> _rows;
    private readonly FriendTable _friends;
    private readonly Groups _groups;
    private readonly VeilTable _veils;
    private readonly FriendId _self;

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

    /// <summary>Erases the secrets of those whose time is over.</summary>
    public void Expire(Instant now)
    {
        lock (_gate)
        {
            if (EraseOver(now))
                _file.Backup(forget: true);
        }
    }

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

    /// <summary>
    /// At start, when the second copy may be the better one: the caller follows up. False: none.
    /// </summary>
    internal bool EraseOver(Instant now)
    {
        var over = _rows
            .Values.Where(row => row.Secret is not null && row.Shown.Expires <= now)
            .ToArray();
        foreach (var row in over)
        {
            _file.Run("UPDATE invitations SET secret=NULL WHERE id=?1", row.Shown.Id.Value);
            Erase(row);
        }

        return over.Length > 0;
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
}
