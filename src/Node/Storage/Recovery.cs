using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Protocol.Ids;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Storage;

/// <summary>
/// Opens the friends of a home. A damaged state.db is moved aside, never deleted, and the second
/// copy takes its place.
/// </summary>
public static class Recovery
{
    /// <param name="path">state.db of the home.</param>
    /// <param name="self">Who this node is.</param>
    /// <param name="keys">Not owned; must outlive the store.</param>
    public static StoreOpening Open(
        string path,
        FriendId self,
        IdentityKeys keys,
        IEntropy entropy,
        Instant now
    )
    {
        var rows = new SealedRows(keys, entropy);
        var backup = StateFile.BackupOf(path);
        var isLost = !File.Exists(path) && File.Exists(backup);
        var damage = isLost ? $"{path} is missing." : null;
        if (!isLost)
        {
            var store = TryOpen(path, self, rows, now, isStrict: true, out var state, out damage);
            if (store is not null)
            {
                return new(store, null);
            }

            if (state != DatabaseState.Damaged)
            {
                return new(null, damage);
            }
        }

        return Restore(path, self, rows, now, damage!);
    }

    private static StoreOpening Restore(
        string path,
        FriendId self,
        SealedRows rows,
        Instant now,
        string damage
    )
    {
        var told = damage;
        // Also a journal whose file is gone: it belongs to no other.
        if (Database.Suffixes.Any(suffix => File.Exists(path + suffix)))
        {
            told += $" It is kept as {Database.MoveAside(path, DateTime.UnixEpoch + Age(now))}.";
        }

        var backup = StateFile.BackupOf(path);
        if (!File.Exists(backup))
        {
            var empty = TryOpen(path, self, rows, now, isStrict: false, out _, out _);
            return new(empty, $"{told} There was no second copy: invite your friends again.");
        }

        void Raise(StateFile file) => FriendTable.RaiseTimestamps(file, now);
        var store = StateFile.Restore(path, Raise, out var broken)
            ? TryOpen(path, self, rows, now, isStrict: false, out _, out broken)
            : null;
        if (store is null)
        {
            return new(null, $"{told} Its second copy {backup} cannot be used either: {broken}");
        }

        told += $" Friends and invitations were restored from {backup}: {store.Friends.Count}";
        return new(store, $"{told} friends.{(broken is null ? "" : " " + broken)}");
    }

    /// <param name="isStrict">Whether one row beyond reading counts as damage of all.</param>
    private static FriendStore? TryOpen(
        string path,
        FriendId self,
        SealedRows rows,
        Instant now,
        bool isStrict,
        out DatabaseState state,
        out string? sentence
    )
    {
        var file = StateFile.Open(path, out state, out sentence);
        if (file is null)
        {
            return null;
        }

        var friends = new Dictionary<FriendId, FriendRow>();
        var invitations = new Dictionary<InvitationId, InvitationRow>();
        var broken = TryRead(file, rows, friends, invitations);
        if (broken > 0)
        {
            sentence = $"{broken} rows of {path} cannot be read (damaged, or of another identity).";
            if (isStrict)
            {
                file.Dispose();
                state = DatabaseState.Damaged;
                return null;
            }
        }

        var store = new FriendStore(file, rows, friends, invitations, self);
        var forget = store.Invited.EraseOver(now);
        // Also when there is one: the disk may have refused the one after the last change.
        if (broken == 0 || !File.Exists(StateFile.BackupOf(path)))
        {
            file.Backup(forget);
        }

        return store;
    }

    private static int TryRead(
        StateFile file,
        SealedRows rows,
        Dictionary<FriendId, FriendRow> friends,
        Dictionary<InvitationId, InvitationRow> invitations
    )
    {
        try
        {
            return rows.ReadFriends(file, friends) + rows.ReadInvitations(file, invitations);
        }
        catch (SqliteException e) when (Database.IsDamage(e))
        {
            // Seen only now: what was read so far is sound, the rest is lost in this file.
            return 1;
        }
    }

    private static TimeSpan Age(Instant now) => now - default(Instant);
}
