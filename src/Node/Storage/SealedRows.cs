using System.Security.Cryptography;
using System.Text;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Storage;

/// <summary>
/// Rows of state.db to records and back. A secret opens only in the row it was sealed for.
/// </summary>
internal sealed class SealedRows(IdentityKeys keys, IEntropy entropy)
{
    private const char AddressEnd = '\n';

    internal IEntropy Entropy => entropy;

    internal static string Text(IEnumerable<string> addresses) =>
        string.Join(AddressEnd, addresses);

    internal byte[] Seal(FriendId friend, PairSecret secret) => Seal(RowOf(friend), secret);

    internal byte[] SealFresh(FriendId friend, PairSecret secret) => Seal(FreshOf(friend), secret);

    internal byte[] Seal(InvitationId invitation, PairSecret secret) =>
        Seal(RowOf(invitation), secret);

    internal byte[] Seal(long pseudonym, PseudonymKeys of)
    {
        Span<byte> seed = stackalloc byte[PseudonymKeys.SeedBytes];
        of.Export(seed);
        return Seal(RowOf(pseudonym), seed);
    }

    internal static PseudonymKeys Copy(PseudonymKeys of)
    {
        Span<byte> seed = stackalloc byte[PseudonymKeys.SeedBytes];
        of.Export(seed);
        var copy = PseudonymKeys.Import(seed);
        CryptographicOperations.ZeroMemory(seed);
        return copy;
    }

    /// <summary>
    /// One beyond reading counts as erased: another pseudonym does as well, so no other row is
    /// put at risk for it.
    /// </summary>
    internal List<PseudonymRow> ReadPseudonyms(StateFile file)
    {
        var rows = new List<PseudonymRow>();
        using var command = file.Command(
            "SELECT id, seed, head, made, retired, exposed FROM pseudonyms ORDER BY id"
        );
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (SignedHead.TryRead((byte[])reader.GetValue(2)) is not { } head)
            {
                continue;
            }

            var no = reader.GetInt64(0);
            var seed = reader.IsDBNull(1) ? null : (byte[])reader.GetValue(1);
            rows.Add(
                new(no, head.Head.Pseudonym, new Instant(reader.GetInt64(3)))
                {
                    Keys = seed is null ? null : OpenSeed(RowOf(no), seed),
                    Head = head,
                    Retired = reader.IsDBNull(4) ? null : new Instant(reader.GetInt64(4)),
                    IsExposed = reader.GetInt64(5) != 0,
                }
            );
        }

        return rows;
    }

    /// <returns>How many rows were beyond reading.</returns>
    internal int ReadFriends(StateFile file, Dictionary<FriendId, FriendRow> rows)
    {
        var broken = 0;
        using var command = file.Command(
            """
            SELECT id, card, name, secret, addresses, added, confirmed, accepted, accepted_at, sent
            FROM friends
            """
        );
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (ReadFriend(reader) is { } row)
            {
                rows.Add(row.Shown.Id, row);
            }
            else
            {
                broken++;
            }
        }

        return broken + ReadFresh(file, rows);
    }

    /// <returns>How many rows were beyond reading.</returns>
    internal int ReadInvitations(StateFile file, Dictionary<InvitationId, InvitationRow> rows)
    {
        var broken = 0;
        using var command = file.Command(
            """
            SELECT id, note, created, expires, revoked, redeemed_by, secret, grp FROM invitations
            """
        );
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var id = new InvitationId(reader.GetInt64(0));
            FriendId? redeemedBy = FriendId.TryParse(TextOrNull(reader, 5), out var by) ? by : null;
            var shown = new OpenInvitation(
                id,
                reader.GetString(1),
                new Instant(reader.GetInt64(2)),
                new Instant(reader.GetInt64(3)),
                reader.GetInt64(4) != 0,
                redeemedBy,
                reader.IsDBNull(7) ? null : reader.GetInt32(7)
            );
            var secret = reader.IsDBNull(6) ? null : Open(RowOf(id), (byte[])reader.GetValue(6));
            broken += secret is null && !reader.IsDBNull(6) ? 1 : 0;
            rows.Add(id, new InvitationRow(shown, secret));
        }

        return broken;
    }

    private static string RowOf(FriendId friend) => $"friend {friend}";

    private static string FreshOf(FriendId friend) => $"fresh {friend}";

    private static string RowOf(InvitationId invitation) => $"invitation {invitation.Value}";

    private static string RowOf(long pseudonym) => $"pseudonym {pseudonym}";

    private static string? TextOrNull(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    private int ReadFresh(StateFile file, Dictionary<FriendId, FriendRow> rows)
    {
        var broken = 0;
        using var command = file.Command("SELECT id, friend, secret FROM fresh ORDER BY id");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (
                FriendId.TryParse(reader.GetString(1), out var friend)
                && rows.TryGetValue(friend, out var row)
                && Open(FreshOf(friend), (byte[])reader.GetValue(2)) is { } secret
            )
            {
                row.Fresh.Add(new(reader.GetInt64(0), secret));
            }
            else
            {
                broken++;
            }
        }

        return broken;
    }

    private FriendRow? ReadFriend(SqliteDataReader reader)
    {
        var card = Card.TryParse((byte[])reader.GetValue(1));
        if (
            card is null
            || !FriendId.TryParse(reader.GetString(0), out var id)
            || id != FriendId.Of(card.SigningKey.Bytes)
            || Open(RowOf(id), (byte[])reader.GetValue(3)) is not { } secret
        )
        {
            return null;
        }

        var addresses = reader
            .GetString(4)
            .Split(AddressEnd, StringSplitOptions.RemoveEmptyEntries);
        var added = new Instant(reader.GetInt64(5));
        var confirmed = reader.GetInt64(6) != 0;
        return new FriendRow(
            new Friend(id, card, reader.GetString(2), addresses, added, confirmed),
            secret
        )
        {
            Accepted = new Instant(reader.GetInt64(7)),
            AcceptedAt = new Instant(reader.GetInt64(8)),
            Sent = new Instant(reader.GetInt64(9)),
        };
    }

    private byte[] Seal(string row, PairSecret secret)
    {
        Span<byte> plain = stackalloc byte[PairSecret.Size];
        secret.Export(plain);
        return Seal(row, plain);
    }

    /// <param name="plain">Zeroed here.</param>
    private byte[] Seal(string row, Span<byte> plain)
    {
        var box = new byte[plain.Length + IdentityKeys.SealOverheadBytes];
        keys.SealAtRest(entropy, Encoding.UTF8.GetBytes(row), plain, box);
        CryptographicOperations.ZeroMemory(plain);
        return box;
    }

    private PairSecret? Open(string row, byte[] box)
    {
        Span<byte> plain = stackalloc byte[PairSecret.Size];
        if (!keys.OpenAtRest(Encoding.UTF8.GetBytes(row), box, plain))
        {
            return null;
        }

        var secret = PairSecret.Import(plain);
        CryptographicOperations.ZeroMemory(plain);
        return secret;
    }

    private PseudonymKeys? OpenSeed(string row, byte[] box)
    {
        Span<byte> plain = stackalloc byte[PseudonymKeys.SeedBytes];
        if (!keys.OpenAtRest(Encoding.UTF8.GetBytes(row), box, plain))
        {
            return null;
        }

        var opened = PseudonymKeys.Import(plain);
        CryptographicOperations.ZeroMemory(plain);
        return opened;
    }
}
