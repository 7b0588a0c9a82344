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
    internal bool Put(Card card, PairSecret secret, Instant timestamp, bool confirmed, Instant now)
    {
        var id = FriendId.Of(card.SigningKey.Bytes);
        return file.Run(
                """
                INSERT INTO friends
                VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0, '', ?6, ?7)
                ON CONFLICT(id) DO UPDATE SET card=excluded.card, secret=excluded.secret,
                    accepted=max(accepted, excluded.accepted), accepted_at=excluded.accepted_at,
                    confirmed=excluded.confirmed
                """,
                id.ToString(),
                card.Bytes.ToArray(),
                Row(id)?.Shown.Name ?? FreeName(card.Name),
                rows.Seal(id, secret),
                timestamp.Microseconds,
                now.Microseconds,
                confirmed ? 1 : 0
            ) == 1;
    }

    /// <summary>In memory, after the transaction.</summary>
    internal FriendRow Keep(
        Card card,
        PairSecret secret,
        Instant timestamp,
        bool confirmed,
        Instant now
    )
    {
        var id = FriendId.Of(card.SigningKey.Bytes);
        if (friends.TryGetValue(id, out var row))
        {
            row.Secret.Dispose();
            row.Secret = Copy(secret);
            row.Shown = row.Shown with { Card = card, Confirmed = confirmed };
        }
        else
        {
            var shown = new Friend(id, card, FreeName(card.Name), [], now, confirmed);
            friends.Add(id, row = new FriendRow(shown, Copy(secret)));
        }

        row.Accepted = timestamp > row.Accepted ? timestamp : row.Accepted;
        row.AcceptedAt = now;
        Show(row);
        return row;
    }

    /// <summary>The gate knows it no more; it is listed still.</summary>
    internal void Hide(FriendId friend) => veils.Remove(new VeilOwner.Friend(friend));

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

    private void Show(FriendRow row) =>
        veils.Set(new VeilOwner.Friend(row.Shown.Id), row.Shown.Card.AgreementKey, row.Secret);

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
