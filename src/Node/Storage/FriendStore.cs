using System.Text;
using FriendNet.Crypto.Identity;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Storage;

/// <summary>
/// Who is a friend, and what is shared with each. Held in memory; every change is on disk
/// (synchronous FULL) when a method returns. For any thread. Invitations: <see cref="Invited"/>.
/// </summary>
public sealed class FriendStore : IDisposable
{
    private readonly FriendTable _table;
    private readonly StateFile _file;
    private readonly Lock _gate = new();

    internal FriendStore(
        StateFile file,
        SealedRows rows,
        Dictionary<FriendId, FriendRow> friends,
        Dictionary<InvitationId, InvitationRow> invitations,
        FriendId self
    )
    {
        _file = file;
        _table = new FriendTable(file, rows, friends, Veils);
        _table.ShowAll();
        Groups = new Groups(file, _gate, _table);
        Invited = new Invitations(file, rows, _gate, invitations, _table, Groups, Veils, self);
        Shares = new SharedFolders(file, _gate);
        Pseudonyms = new Pseudonyms(file, rows, _gate);
    }

    public Invitations Invited { get; }

    public SharedFolders Shares { get; }

    public Pseudonyms Pseudonyms { get; }

    public Groups Groups { get; }

    /// <summary>
    /// With what a handshake may be opened: always all friends and open invitations.
    /// </summary>
    public VeilTable Veils { get; } = new();

    /// <summary>By name.</summary>
    public IReadOnlyList<Friend> Friends
    {
        get
        {
            lock (_gate)
            {
                return
                [
                    .. _table
                        .All.Select(row => row.Shown)
                        .OrderBy(friend => friend.Name, StringComparer.Ordinal),
                ];
            }
        }
    }

    public Friend? Find(FriendId friend)
    {
        lock (_gate)
        {
            return _table.Row(friend)?.Shown;
        }
    }

    /// <summary>
    /// Copies of all that the friend may have, the newest first; empty: no friend (any more).
    /// </summary>
    public IReadOnlyList<UsableSecret> SecretsOf(FriendId friend)
    {
        lock (_gate)
        {
            return _table.Row(friend) is not { } row
                ? []
                :
                [
                    .. row
                        .Fresh.Append(new(0, row.Secret))
                        .Select(one => one with { Secret = FriendTable.Copy(one.Secret) })
                        .OrderByDescending(one => one.Fresh),
                ];
        }
    }

    /// <summary>
    /// The inviter answered our redemption: it is a friend, known to have stored us. A friend
    /// already: the new secret replaces the old ones. Null: Limits.FriendsMax are friends, or a
    /// redemption the other way counts.
    /// </summary>
    /// <param name="secret">Copied.</param>
    public Friend? Add(Card card, PairSecret secret, IReadOnlyList<string> addresses, Instant now)
    {
        var id = FriendId.Of(card.SigningKey.Bytes);
        lock (_gate)
        {
            if (_table.IsFull(id) || Invited.IsCrossed)
                return null;

            _file.Transact(() => _table.Put(card, secret, default, true, now) == 0);
            var kept = _table.Keep(card, secret, 0, default, true, now);
            RememberAddresses(id, addresses);
            _file.Backup(forget: true);
            return kept.Shown;
        }
    }

    /// <summary>False: no such friend, the name is another's, or it is no name.</summary>
    public bool Rename(FriendId friend, string name)
    {
        lock (_gate)
        {
            if (
                _table.Row(friend) is not { } row
                || !CardName.IsValid(Encoding.UTF8.GetBytes(name))
                || (_table.IsTaken(name) && row.Shown.Name != name)
            )
                return false;

            _file.Run("UPDATE friends SET name=?2 WHERE id=?1", friend.ToString(), name);
            row.Shown = row.Shown with { Name = name };
            _file.Backup();
            return true;
        }
    }

    /// <summary>Addresses checked already (Protocol/Friendship).</summary>
    public void RememberAddresses(FriendId friend, IReadOnlyList<string> addresses)
    {
        lock (_gate)
        {
            if (_table.Row(friend) is not { } row || row.Shown.Addresses.SequenceEqual(addresses))
                return;

            var text = SealedRows.Text(addresses);
            _file.Run("UPDATE friends SET addresses=?2 WHERE id=?1", friend.ToString(), text);
            row.Shown = row.Shown with { Addresses = [.. addresses] };
            _file.Backup();
        }
    }

    /// <summary>
    /// The pair secret is erased when this returns, in the second copy too unless the disk refuses
    /// that one: from now on the other is a stranger. False: no such friend.
    /// </summary>
    public bool Remove(FriendId friend)
    {
        lock (_gate)
        {
            if (_table.Row(friend) is null)
                return false;

            // Shut out even where the disk then refuses; listed until it does not, to try again.
            _table.Hide(friend);
            _file.Transact(() =>
                Invited.Spend(friend)
                && Groups.LeaveOnDisk(friend)
                && _file.Run("DELETE FROM fresh WHERE friend=?1", friend.ToString()) >= 0
                && Pseudonyms.ExposeOnDisk()
                && _file.Run("DELETE FROM friends WHERE id=?1", friend.ToString()) == 1
            );
            _table.Drop(friend);
            Groups.LeaveInMemory(friend);
            Pseudonyms.ExposeInMemory();
            Invited.Spent(friend);
            _file.Backup(forget: true);
            return true;
        }
    }

    /// <summary>
    /// The friend is known to have this secret: what it had before is erased, and with the newest
    /// the invitation's secret, too.
    /// </summary>
    /// <param name="fresh">See <see cref="UsableSecret"/>.</param>
    public void Confirm(FriendId friend, long fresh)
    {
        lock (_gate)
        {
            if (_table.Row(friend) is not { } row)
                return;

            var promoted = row.Fresh.Find(one => one.Fresh == fresh);
            var isWhole = !row.Shown.Confirmed && !row.Fresh.Exists(one => one.Fresh > fresh);
            if (promoted is null && !isWhole)
                return;

            _file.Transact(() =>
            {
                if (promoted is not null)
                    _table.Promote(row, promoted);

                return !isWhole
                    || Invited.Spend(friend)
                        && _file.Run(
                            "UPDATE friends SET confirmed=1 WHERE id=?1",
                            friend.ToString()
                        ) == 1;
            });
            if (promoted is not null)
                _table.Promoted(row, promoted);

            if (isWhole)
            {
                row.Shown = row.Shown with { Confirmed = true };
                Invited.Spent(friend);
            }

            _file.Backup(forget: true);
        }
    }

    /// <summary>The number of the newest secret; 0 also where there is no such friend.</summary>
    public long NewestOf(FriendId friend)
    {
        lock (_gate)
        {
            return _table.Row(friend)?.Fresh.LastOrDefault()?.Fresh ?? 0;
        }
    }

    /// <summary>
    /// True once only for a timestamp greater than all before it from that friend: the handshake
    /// that carries it is not a recorded one. Kept over restarts.
    /// </summary>
    public bool TryClaimTimestamp(FriendId friend, Instant timestamp, Instant now)
    {
        lock (_gate)
        {
            if (_table.Row(friend) is not { } row || timestamp <= row.Accepted)
                return false;

            var isFirst = row.Accepted == default;
            _file.Run(
                "UPDATE friends SET accepted=?2, accepted_at=?3 WHERE id=?1",
                friend.ToString(),
                timestamp.Microseconds,
                now.Microseconds
            );
            row.Accepted = timestamp;
            row.AcceptedAt = now;
            if (isFirst)
            {
                // What restoring needs of the friend's clock; see Recovery.
                _file.Backup();
            }

            return true;
        }
    }

    /// <summary>
    /// For our next dial: greater than all before it, whatever the clock did meanwhile.
    /// </summary>
    public Instant? NextTimestamp(FriendId friend, Instant now)
    {
        lock (_gate)
        {
            if (_table.Row(friend) is not { } row)
                return null;

            var next = now > row.Sent ? now : new Instant(row.Sent.Microseconds + 1);
            _file.Run(
                "UPDATE friends SET sent=?2 WHERE id=?1",
                friend.ToString(),
                next.Microseconds
            );
            row.Sent = next;
            return next;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _table.Dispose();
            Veils.Dispose();
            Invited.Dispose();
            Pseudonyms.Dispose();
            _file.Dispose();
        }
    }
}
