using System.Text;
using FriendNet.Crypto.Identity;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Storage;

/// <summary>
/// Who is a friend, and what is shared with each. Held in memory; every change is on disk
/// (synchronous FULL) when a method returns. For any thread. Invitations: <see cref="Invited"/>.
/// </summary>
public sealed partial class FriendStore : IDisposable
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

            _file.Transact(() =>
                _table.Put(card, secret, default, true, now) == 0 && PutAddresses(id, addresses)
            );
            var kept = _table.Keep(card, secret, 0, default, true, now);
            kept.Shown = kept.Shown with { Addresses = [.. addresses] };
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

    /// <summary>
    /// The user compared the safety number, or takes that back. False: no such friend.
    /// </summary>
    public bool Verify(FriendId friend, bool verified)
    {
        lock (_gate)
        {
            if (_table.Row(friend) is not { } row)
            {
                return false;
            }

            _file.Run(
                "UPDATE friends SET verified=?2 WHERE id=?1",
                friend.ToString(),
                verified ? 1 : 0
            );
            row.Shown = row.Shown with { Verified = verified };
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

            PutAddresses(friend, addresses);
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

    private bool PutAddresses(FriendId friend, IReadOnlyList<string> addresses) =>
        _file.Run(
            "UPDATE friends SET addresses=?2 WHERE id=?1",
            friend.ToString(),
            SealedRows.Text(addresses)
        ) == 1;
}
