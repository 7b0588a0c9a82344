using FriendNet.Crypto.Identity;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Storage;

/// <summary>
/// The friends in memory and their rows on disk; what a handshake may be opened with follows
/// along. Called under the store's lock.
/// </summary>
internal sealed class FriendTable(
    StateFile file,
    SealedRows rows,
    Dictionary<FriendId, FriendRow> friends,
    VeilTable veils
) : IDisposable
{
    internal IEnumerable<FriendRow> All => friends.Values;

    public void Dispose()
    {
        foreach (var row in friends.Values)
        {
            row.Dispose();
        }

        friends.Clear();
    }

    internal static PairSecret Copy(PairSecret secret)
    {
        Span<byte> plain = stackalloc byte[PairSecret.Size];
        secret.Export(plain);
        var copy = PairSecret.Import(plain);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(plain);
        return copy;
    }

    internal FriendRow? Row(FriendId friend) => friends.GetValueOrDefault(friend);

    internal bool IsFull(FriendId newcomer) =>
        !friends.ContainsKey(newcomer) && friends.Count >= Limits.FriendsMax;

    internal bool IsTaken(string name) =>
        friends.Values.Any(row => string.Equals(row.Shown.Name, name, StringComparison.Ordinal));

    /// <summary>Opens the gate to all of them, at start.</summary>
    internal void ShowAll()
    {
        foreach (var row in friends.Values)
        {
            Show(row);
        }
    }

    /// <summary>On disk, within a transaction.</summary>
    /// <param name="confirmed">
    /// Whether the other has this secret, which is in use from now on. Else a friend of old may
    /// never get it, and what it has stays good beside.
    /// </param>
    /// <returns>0, or the number of the fresh secret.</returns>
    internal long Put(Card card, PairSecret secret, Instant timestamp, bool confirmed, Instant now)
    {
        var id = FriendId.Of(card.SigningKey.Bytes);
        var isFresh = !confirmed && Row(id) is not null;
        file.Run(
            """
            INSERT INTO friends(id, card, name, secret, accepted, accepted_at, sent, addresses,
                added, confirmed)
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0, '', ?6, ?7)
            ON CONFLICT(id) DO UPDATE SET card=excluded.card, confirmed=excluded.confirmed,
                secret=CASE WHEN ?8 THEN secret ELSE excluded.secret END,
                accepted=max(accepted, excluded.accepted), accepted_at=excluded.accepted_at
            """,
            id.ToString(),
            card.Bytes.ToArray(),
            Row(id)?.Shown.Name ?? FreeName(card.Name),
            rows.Seal(id, secret),
            timestamp.Microseconds,
            now.Microseconds,
            confirmed ? 1 : 0,
            isFresh ? 1 : 0
        );
        if (isFresh)
        {
            return PutFresh(id, secret);
        }

        file.Run("DELETE FROM fresh WHERE friend=?1", id.ToString());
        return 0;
    }

    /// <summary>In memory, after the transaction.</summary>
    /// <param name="fresh">What <see cref="Put"/> gave.</param>
    internal FriendRow Keep(
        Card card,
        PairSecret secret,
        long fresh,
        Instant timestamp,
        bool confirmed,
        Instant now
    )
    {
        var id = FriendId.Of(card.SigningKey.Bytes);
        if (!friends.TryGetValue(id, out var row))
        {
            var shown = new Friend(id, card, FreeName(card.Name), [], now, confirmed);
            friends.Add(id, row = new FriendRow(shown, Copy(secret)));
        }
        else if (fresh != 0)
        {
            row.Fresh.Add(new(fresh, Copy(secret)));
            DropFresh(row, Math.Max(0, row.Fresh.Count - Limits.FreshSecretsMax));
        }
        else
        {
            row.Secret.Dispose();
            row.Secret = Copy(secret);
            DropFresh(row, row.Fresh.Count);
        }

        row.Shown = row.Shown with { Card = card, Confirmed = confirmed };
        row.Accepted = timestamp > row.Accepted ? timestamp : row.Accepted;
        row.AcceptedAt = now;
        Show(row);
        return row;
    }

    /// <summary>
    /// On disk, within a transaction: the friend has this fresh secret, so it will use none from
    /// before. Those made after may be on their way to it.
    /// </summary>
    internal void Promote(FriendRow row, UsableSecret fresh)
    {
        var id = row.Shown.Id;
        file.Run(
            "UPDATE friends SET secret=?2 WHERE id=?1",
            id.ToString(),
            rows.Seal(id, fresh.Secret)
        );
        file.Run("DELETE FROM fresh WHERE friend=?1 AND id<=?2", id.ToString(), fresh.Fresh);
    }

    /// <summary>In memory, after the transaction.</summary>
    internal void Promoted(FriendRow row, UsableSecret fresh)
    {
        row.Secret.Dispose();
        row.Secret = Copy(fresh.Secret);
        // At no time is a secret that the friend may use unknown at the gate.
        Show(row);
        DropFresh(row, row.Fresh.IndexOf(fresh) + 1);
    }

    /// <summary>The gate knows it no more; it is listed still.</summary>
    internal void Hide(FriendId friend)
    {
        veils.Remove(new VeilOwner.Friend(friend));
        foreach (var fresh in Row(friend)?.Fresh ?? [])
        {
            veils.Remove(new VeilOwner.Friend(friend, fresh.Fresh));
        }
    }

    /// <summary>From memory, after the row on disk.</summary>
    internal void Drop(FriendId friend)
    {
        if (friends.Remove(friend, out var row))
        {
            row.Dispose();
        }
    }

    /// <summary>
    /// In a restored copy: a timestamp taken since the copy was made must not pass again. The
    /// friend's clock is as far from ours as it was then, so all it sent until now is below this.
    /// One statement, so all of them or none; a timestamp may be anything the friend chose.
    /// </summary>
    internal static void RaiseTimestamps(StateFile file, Instant now) =>
        file.Run(
            """
            UPDATE friends SET accepted_at=?1,
                accepted=min(accepted, ?2-max(0, ?1-accepted_at))+max(0, ?1-accepted_at)
            WHERE accepted<>0
            """,
            now.Microseconds,
            long.MaxValue
        );

    private long PutFresh(FriendId friend, PairSecret secret)
    {
        using var insert = file.Command(
            "INSERT INTO fresh(friend, secret) VALUES(?1, ?2) RETURNING id",
            friend.ToString(),
            rows.SealFresh(friend, secret)
        );
        var fresh = (long)insert.ExecuteScalar()!;
        file.Run(
            """
            DELETE FROM fresh WHERE friend=?1 AND id NOT IN
                (SELECT id FROM fresh WHERE friend=?1 ORDER BY id DESC LIMIT ?2)
            """,
            friend.ToString(),
            Limits.FreshSecretsMax
        );
        return fresh;
    }

    /// <summary>The oldest so many.</summary>
    private void DropFresh(FriendRow row, int count)
    {
        foreach (var fresh in row.Fresh.Take(count))
        {
            veils.Remove(new VeilOwner.Friend(row.Shown.Id, fresh.Fresh));
            fresh.Dispose();
        }

        row.Fresh.RemoveRange(0, count);
    }

    private void Show(FriendRow row)
    {
        var (id, key) = (row.Shown.Id, row.Shown.Card.AgreementKey);
        veils.Set(new VeilOwner.Friend(id), key, row.Secret);
        foreach (var fresh in row.Fresh)
        {
            veils.Set(new VeilOwner.Friend(id, fresh.Fresh), key, fresh.Secret);
        }
    }

    private string FreeName(string name)
    {
        var free = name;
        for (var number = 2; IsTaken(free); number++)
        {
            free = $"{name} {number}";
        }

        return free;
    }
}
