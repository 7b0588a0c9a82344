using System.Diagnostics.CodeAnalysis;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Storage;

public sealed class RecoveryTests : IDisposable
{
    private static readonly Instant Now = SomeNode.Now();
    private readonly SomeNode _node = new("Alice");
    private readonly SomeNode _bob = new("Bob");
    private readonly PairSecret _secret = SomeNode.SomeSecret();
    private InvitationId _used;

    public RecoveryTests()
    {
        using var store = _node.Open();
        store.Add(_bob.Card, _secret, ["192.0.2.1:1"], Now);
        for (var i = 0; i < 50; i++)
        {
            using var keys = IdentityKeys.Create(Entropy.Instance);
            store.Add(Card.Create(keys, $"Friend {i}", 1), _secret, [], Now);
        }

        var expires = Now + TimeSpan.FromHours(1);
        _used = store.Invited.Create(_secret, "used", expires, Now)!.Id;
        store.Invited.Create(_secret, "open", expires, Now);
        using var newcomer = new SomeNode("Newcomer");
        store.Invited.TryRedeem(_used, newcomer.Card, _secret, new Instant(5), Now);
        store.Confirm(newcomer.Id, 0);
        store.TryClaimTimestamp(_bob.Id, Now + TimeSpan.FromHours(-3), Now);
    }

    public void Dispose()
    {
        _node.Dispose();
        _bob.Dispose();
        _secret.Dispose();
    }

    [Theory]
    [InlineData("zero length")]
    [InlineData("truncated")]
    [InlineData("cut in the middle of a page")]
    [InlineData("one page overwritten")]
    [InlineData("all overwritten")]
    [InlineData("header overwritten")]
    [InlineData("missing")]
    public void A_damaged_file_is_kept_and_the_friends_come_back(string damage)
    {
        var size = new FileInfo(_node.Path).Length;
        using (var file = File.Open(_node.Path, FileMode.Open))
        {
            Damage(file, damage, size);
        }

        if (damage == "missing")
        {
            File.Delete(_node.Path);
        }

        using var store = _node.Open(out var sentence);
        Assert.NotNull(sentence);
        Assert.Equal(52, store.Friends.Count);
        Assert.Equal(["192.0.2.1:1"], store.Find(_bob.Id)!.Addresses);
        Assert.Equal(SomeNode.Export(_secret), SomeNode.Export(store.SecretsOf(_bob.Id)[0].Secret));
        Assert.Equal(["used", "open"], store.Invited.All.Select(one => one.State(Now)));
        using var eve = new SomeNode("Eve");
        Assert.Equal(
            Redemption.Used,
            store.Invited.TryRedeem(_used, eve.Card, _secret, new Instant(9), Now)
        );
        var kept = Directory.GetFiles(_node.Folder, "state.db.damaged-*");
        Assert.Equal(damage == "missing" ? 0 : 1, kept.Length);
        Assert.All(kept, path => Assert.Contains(path, sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_page_overwritten_in_turn_is_noticed_or_harmless()
    {
        var good = File.ReadAllBytes(_node.Path);
        for (var at = 0; at < good.Length; at += 4096)
        {
            var bad = (byte[])good.Clone();
            new Random(at).NextBytes(bad.AsSpan(at, 4096));
            File.WriteAllBytes(_node.Path, bad);
            using var store = _node.Open();
            Assert.Equal(52, store.Friends.Count);
            Assert.Equal(2, store.Invited.All.Count);
        }
    }

    [Fact]
    public void After_restoring_a_recorded_handshake_does_not_pass()
    {
        // Bob's clock is 3 h behind; it dialed an hour after the copy was made.
        var recorded = Now + TimeSpan.FromHours(-2);
        using (var store = _node.Open())
        {
            Assert.True(store.TryClaimTimestamp(_bob.Id, recorded, Now + TimeSpan.FromHours(1)));
        }

        File.WriteAllBytes(_node.Path, []);
        using var again = _node.Open(out _, Now + TimeSpan.FromHours(2));
        Assert.False(again.TryClaimTimestamp(_bob.Id, recorded, Now + TimeSpan.FromHours(2)));
        var next = Now + TimeSpan.FromMinutes(-59);
        Assert.True(again.TryClaimTimestamp(_bob.Id, next, Now + TimeSpan.FromMinutes(121)));
    }

    [Fact]
    public void A_restoring_that_is_cut_short_leaves_no_timestamp_behind()
    {
        var recorded = Now + TimeSpan.FromHours(-2);
        var later = Now + TimeSpan.FromHours(2);
        using (var store = _node.Open())
        {
            Assert.True(store.TryClaimTimestamp(_bob.Id, recorded, Now + TimeSpan.FromHours(1)));
        }

        // The process dies, so to speak, at the last row that is raised: Bob's.
        var backup = _node.Path + ".backup";
        Run(
            backup,
            $"""
            CREATE TRIGGER death BEFORE UPDATE OF accepted ON friends WHEN old.id='{_bob.Id}'
            BEGIN SELECT RAISE(ABORT, 'killed'); END;
            """
        );
        File.WriteAllBytes(_node.Path, []);
        var opening = Recovery.Open(_node.Path, _node.Id, _node.Keys, Entropy.Instance, later);
        Assert.Null(opening.Store);
        Assert.Contains("killed", opening.Sentence, StringComparison.Ordinal);
        Assert.False(File.Exists(_node.Path));
        Run(backup, "DROP TRIGGER death");
        using var again = _node.Open(out _, later);
        Assert.False(again.TryClaimTimestamp(_bob.Id, recorded, later));
    }

    [Fact]
    public void A_timestamp_at_the_end_of_time_does_not_hinder_restoring()
    {
        using (var store = _node.Open())
        {
            Assert.True(store.TryClaimTimestamp(_bob.Id, new Instant(long.MaxValue - 1), Now));
            store.RememberAddresses(_bob.Id, []);
        }

        File.WriteAllBytes(_node.Path, []);
        using var again = _node.Open(out _, Now + TimeSpan.FromHours(2));
        Assert.Equal(52, again.Friends.Count);
    }

    [Fact]
    public void A_journal_whose_file_is_gone_is_not_played_into_the_second_copy()
    {
        using (var store = _node.Open())
        {
            store.NextTimestamp(_bob.Id, Now);
            File.Copy(_node.Path + "-wal", _node.Path + "-kept");
        }

        File.Delete(_node.Path);
        File.Move(_node.Path + "-kept", _node.Path + "-wal");
        using var again = _node.Open(out _);
        Assert.Equal(52, again.Friends.Count);
        Assert.Single(Directory.GetFiles(_node.Folder, "state.db.damaged-*-wal"));
    }

    [Fact]
    public void Both_copies_damaged_says_so_and_keeps_both()
    {
        File.WriteAllText(_node.Path, "not a database, but long enough to look at".PadRight(9000));
        File.WriteAllText(_node.Path + ".backup", "nor this".PadRight(9000));
        var opening = Recovery.Open(_node.Path, _node.Id, _node.Keys, Entropy.Instance, Now);
        Assert.Null(opening.Store);
        Assert.Contains("second copy", opening.Sentence, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_node.Folder, "state.db.damaged-*"));
        Assert.True(File.Exists(_node.Path + ".backup"));
    }

    [Fact]
    public void Without_a_second_copy_it_begins_anew_and_says_so()
    {
        File.Delete(_node.Path + ".backup");
        File.WriteAllText(_node.Path, "not a database".PadRight(9000));
        using var store = _node.Open(out var sentence);
        Assert.Empty(store.Friends);
        Assert.Contains("invite your friends again", sentence, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_node.Folder, "state.db.damaged-*"));
    }

    [Fact]
    public void A_newer_file_is_left_alone()
    {
        Run(_node.Path, "PRAGMA user_version=99");
        var opening = Recovery.Open(_node.Path, _node.Id, _node.Keys, Entropy.Instance, Now);
        Assert.Null(opening.Store);
        Assert.Contains("newer FriendNet", opening.Sentence, StringComparison.Ordinal);
        Assert.True(File.Exists(_node.Path));
    }

    [Fact]
    public void Files_are_for_the_owner_only()
    {
        foreach (var path in new[] { _node.Path, _node.Path + ".backup" })
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(path)
            );
        }
    }

    [SuppressMessage("Security", "CA2100", Justification = "Our own texts.")]
    private static void Run(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void Damage(FileStream file, string damage, long size)
    {
        var noise = new byte[size];
        new Random(5).NextBytes(noise);
        switch (damage)
        {
            case "zero length":
                file.SetLength(0);
                break;
            case "truncated":
                file.SetLength(size / 4096 / 2 * 4096);
                break;
            case "cut in the middle of a page":
                file.SetLength(size - 1000);
                break;
            case "one page overwritten":
                file.Position = 4096 * 2;
                file.Write(noise, 0, 4096);
                break;
            case "all overwritten":
                file.Write(noise);
                break;
            case "header overwritten":
                file.Write(noise, 0, 100);
                break;
        }
    }
}
