using System.Diagnostics.CodeAnalysis;
using FriendNet.Crypto.Identity;
using FriendNet.Protocol.Catalogs;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Storage;

/// <summary>state.db as the first version of this program wrote it.</summary>
public sealed class MigrationTests : IDisposable
{
    private const string FirstSchema = """
        CREATE TABLE friends(
            id TEXT PRIMARY KEY NOT NULL,
            card BLOB NOT NULL,
            name TEXT NOT NULL UNIQUE,
            secret BLOB NOT NULL,
            accepted INTEGER NOT NULL,
            accepted_at INTEGER NOT NULL,
            sent INTEGER NOT NULL,
            addresses TEXT NOT NULL,
            added INTEGER NOT NULL,
            confirmed INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE invitations(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            secret BLOB,
            note TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            revoked INTEGER NOT NULL DEFAULT 0,
            redeemed_by TEXT,
            redeemed_at INTEGER,
            timestamp INTEGER
        ) STRICT;
        CREATE TABLE shares(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            path TEXT NOT NULL,
            friends TEXT
        ) STRICT;
        PRAGMA user_version=1;
        """;

    private readonly SomeNode _node = new("Alice");
    private readonly SomeNode _bob = new("Bob");
    private readonly SomeNode _carol = new("Carol");
    private readonly PairSecret _secret = SomeNode.SomeSecret();

    private string Backup => _node.Path + ".backup";

    public void Dispose()
    {
        _node.Dispose();
        _bob.Dispose();
        _carol.Dispose();
        _secret.Dispose();
    }

    [Fact]
    public void AFileOfTheFirstVersionIsTakenOver()
    {
        WriteFirst(_node.Path);
        File.Delete(Backup);

        RequireAll(out var sentence);

        Assert.Null(sentence);
        // The second copy is of this version too, and good by itself.
        Assert.Equal(Version(_node.Path), Version(Backup));
        File.Delete(_node.Path);
        RequireAll(out _);
        Assert.Equal(0L, Ask(_node.Path, "SELECT count(*) FROM shares WHERE friends IS NOT NULL"));
    }

    [Fact]
    public void ASecondCopyOfTheFirstVersionIsTakenOver()
    {
        WriteFirst(Backup);
        File.WriteAllText(_node.Path, "not a database".PadRight(9000));

        RequireAll(out var sentence);

        Assert.Contains("restored", sentence, StringComparison.Ordinal);
        Assert.Equal(Version(_node.Path), Version(Backup));
    }

    [SuppressMessage("Security", "CA2100", Justification = "Our own constant texts.")]
    private static object Ask(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }

    private static object Version(string path) => Ask(path, "PRAGMA user_version");

    private void RequireAll(out string? sentence)
    {
        using var store = _node.Open(out sentence);
        Assert.Equal(["Bob", "Carol"], store.Friends.Select(friend => friend.Name));
        Assert.Equal("open", Assert.Single(store.Invited.All).Note);
        Assert.Null(store.Invited.All[0].Group);
        Assert.Empty(store.Groups.All);
        var audiences = store.Shares.All.ToDictionary(one => one.Name, one => one.Audience);
        Assert.Equal(Audience.AllFriends, audiences["all"]);
        Assert.Equal(Audience.TryParse($"friend:{_bob.Id}\nfriend:{_carol.Id}"), audiences["two"]);
        Assert.Equal(Audience.TryParse($"friend:{_bob.Id}"), audiences["one"]);
        Assert.Equal(Audience.Nobody, audiences["none"]);
        Assert.Equal(Audience.Nobody, audiences["garbage"]);
    }

    // Friends and invitations are sealed by the node's keys: taken from a file of now.
    [SuppressMessage("Security", "CA2100", Justification = "Our own texts and ids.")]
    private void WriteFirst(string path)
    {
        var now = SomeNode.Now();
        using (var store = _node.Open())
        {
            store.Add(_bob.Card, _secret, [], now);
            store.Add(_carol.Card, _secret, [], now);
            store.Invited.Create(_secret, "open", now + TimeSpan.FromHours(1), now);
        }

        var first = _node.Path + ".first";
        using (var connection = new SqliteConnection($"Data Source={first};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"""
                {FirstSchema}
                ATTACH '{_node.Path}' AS made;
                INSERT INTO friends SELECT id, card, name, secret, accepted, accepted_at, sent,
                    addresses, added, confirmed FROM made.friends;
                INSERT INTO invitations SELECT id, secret, note, created, expires, revoked,
                    redeemed_by, redeemed_at, timestamp FROM made.invitations;
                DETACH made;
                INSERT INTO shares(name, path, friends) VALUES
                    ('all', '/a', NULL),
                    ('two', '/b', '{_bob.Id}' || char(10) || '{_carol.Id}'),
                    ('one', '/c', '{_bob.Id}'),
                    ('none', '/d', ''),
                    ('garbage', '/e', 'everybody');
                """;
            command.ExecuteNonQuery();
        }

        File.Delete(_node.Path);
        File.Delete(Backup);
        File.Move(first, path);
    }
}
