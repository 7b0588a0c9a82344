using FriendNet.Crypto.Identity;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Storage;

public sealed class FriendStoreTests : IDisposable
{
    private static readonly Instant Now = SomeNode.Now();
    private readonly SomeNode _node = new("Alice");
    private readonly SomeNode _bob = new("Bob");

    public void Dispose()
    {
        _node.Dispose();
        _bob.Dispose();
    }

    [Fact]
    public void What_is_stored_is_there_after_reopening()
    {
        using var secret = SomeNode.SomeSecret();
        using (var store = _node.Open())
        {
            Assert.NotNull(store.Add(_bob.Card, secret, ["192.0.2.1:1", "[::1]:2"], Now));
            Assert.True(store.Rename(_bob.Id, "Robert"));
        }

        using var again = _node.Open(out var sentence);
        Assert.Null(sentence);
        var bob = Assert.Single(again.Friends);
        Assert.Equal((_bob.Id, "Robert", "Bob", Now), (bob.Id, bob.Name, bob.Card.Name, bob.Added));
        Assert.Equal(["192.0.2.1:1", "[::1]:2"], bob.Addresses);
        Assert.Equal(SomeNode.Export(secret), SomeNode.Export(again.SecretsOf(_bob.Id)[0].Secret));
        Assert.Equal(1, again.Veils.Count);
    }

    [Fact]
    public void Timestamps_only_rise_also_over_a_restart()
    {
        using var secret = SomeNode.SomeSecret();
        var at = new Instant(1_000);
        using (var store = _node.Open())
        {
            store.Add(_bob.Card, secret, [], Now);
            Assert.True(store.TryClaimTimestamp(_bob.Id, at, Now));
            Assert.False(store.TryClaimTimestamp(_bob.Id, at, Now));
            Assert.False(store.TryClaimTimestamp(_node.Id, at, Now));
        }

        using var again = _node.Open();
        Assert.False(again.TryClaimTimestamp(_bob.Id, at, Now));
        Assert.True(again.TryClaimTimestamp(_bob.Id, new Instant(1_001), Now));
    }

    [Fact]
    public void The_next_timestamp_rises_even_if_the_clock_falls()
    {
        using var secret = SomeNode.SomeSecret();
        using (var store = _node.Open())
        {
            store.Add(_bob.Card, secret, [], Now);
            Assert.Equal(new Instant(500), store.NextTimestamp(_bob.Id, new Instant(500)));
        }

        using var again = _node.Open();
        Assert.Equal(new Instant(501), again.NextTimestamp(_bob.Id, new Instant(20)));
        Assert.Equal(new Instant(900), again.NextTimestamp(_bob.Id, new Instant(900)));
        Assert.Null(again.NextTimestamp(_node.Id, Now));
    }

    [Fact]
    public void A_second_copy_that_cannot_be_written_is_made_up_for_later()
    {
        using var secret = SomeNode.SomeSecret();
        using var store = _node.Open();
        // In its way: stands for a disk that refuses.
        var inTheWay = Directory.CreateDirectory(_node.Path + ".backup.new");
        Assert.NotNull(store.Add(_bob.Card, secret, [], Now));
        Assert.True(store.Remove(_bob.Id));
        Assert.NotNull(store.Add(_bob.Card, secret, [], Now));
        inTheWay.Delete();
        Assert.True(store.Rename(_bob.Id, "Robert"));
        store.Dispose();
        File.Delete(_node.Path);
        using var restored = _node.Open(out _);
        Assert.Equal("Robert", Assert.Single(restored.Friends).Name);
    }

    [Fact]
    public void What_the_disk_refuses_to_forget_is_still_listed()
    {
        using var secret = SomeNode.SomeSecret();
        using var store = _node.Open();
        store.Add(_bob.Card, secret, [], Now);
        var share = store.Shares.Add("Music", "/music", Audience.AllFriends)!;
        using (var other = new SqliteConnection($"Data Source={_node.Path};Pooling=False"))
        {
            other.Open();
            using var refuse = other.CreateCommand();
            refuse.CommandText = """
                CREATE TRIGGER f BEFORE DELETE ON friends BEGIN SELECT raise(ABORT, 'no'); END;
                CREATE TRIGGER s BEFORE DELETE ON shares BEGIN SELECT raise(ABORT, 'no'); END;
                """;
            refuse.ExecuteNonQuery();
        }

        Assert.Throws<SqliteException>(() => store.Remove(_bob.Id));
        Assert.Throws<SqliteException>(() => store.Shares.Remove(share.Id));
        Assert.Equal(_bob.Id, Assert.Single(store.Friends).Id);
        Assert.Equal(share, Assert.Single(store.Shares.All));
        // Shut out all the same.
        Assert.Equal(0, store.Veils.Count);
    }

    [Fact]
    public void A_removed_friend_leaves_no_secret_in_any_file()
    {
        using var secret = SomeNode.SomeSecret();
        using var store = _node.Open();
        store.Add(_bob.Card, secret, [], Now);
        var box = Box(store);
        Assert.Contains(Files(), bytes => bytes.AsSpan().IndexOf(box) >= 0);
        Assert.True(store.Remove(_bob.Id));
        Assert.False(store.Remove(_bob.Id));
        Assert.DoesNotContain(Files(), bytes => bytes.AsSpan().IndexOf(box) >= 0);
        Assert.Equal(0, store.Veils.Count);
        Assert.Empty(store.SecretsOf(_bob.Id));
    }

    [Fact]
    public void Secrets_are_sealed_on_disk()
    {
        using var secret = SomeNode.SomeSecret();
        using var store = _node.Open();
        store.Add(_bob.Card, secret, [], Now);
        store.Invited.Create(secret, "", Now + TimeSpan.FromHours(1), Now);
        var plain = SomeNode.Export(secret);
        Assert.DoesNotContain(Files(), bytes => bytes.AsSpan().IndexOf(plain) >= 0);
    }

    [Fact]
    public void Names_are_given_once()
    {
        using var secret = SomeNode.SomeSecret();
        using var other = new SomeNode("Bob");
        using var store = _node.Open();
        store.Add(_bob.Card, secret, [], Now);
        Assert.Equal("Bob 2", store.Add(other.Card, secret, [], Now)!.Name);
        Assert.False(store.Rename(other.Id, "Bob"));
        Assert.False(store.Rename(other.Id, "Bo\nb"));
        Assert.True(store.Rename(other.Id, "Bobby"));
        Assert.Equal(["Bob", "Bobby"], store.Friends.Select(friend => friend.Name));
    }

    [Fact]
    public void An_invitation_is_redeemed_once_and_again_only_by_the_same_until_confirmed()
    {
        using var store = _node.Open();
        using var first = SomeNode.SomeSecret();
        using var second = SomeNode.SomeSecret();
        using var eve = new SomeNode("Eve");
        var id = Invite(store);
        Assert.Equal(Redemption.Redeemed, Redeem(store, id, _bob.Card, first, 10));
        Assert.Equal(Redemption.Used, Redeem(store, id, eve.Card, first, 11));
        Assert.Equal(Redemption.Used, Redeem(store, id, _bob.Card, first, 10));
        Assert.Equal(Redemption.Redeemed, Redeem(store, id, _bob.Card, second, 12));
        Assert.Equal(SomeNode.Export(second), SomeNode.Export(store.SecretsOf(_bob.Id)[0].Secret));
        Assert.Equal(3, store.Veils.Count);
        Assert.False(store.TryClaimTimestamp(_bob.Id, new Instant(12), Now));
        store.Confirm(_bob.Id, store.NewestOf(_bob.Id));
        Assert.Equal(1, store.Veils.Count);
        Assert.Equal(Redemption.Used, Redeem(store, id, _bob.Card, first, 13));
        Assert.Equal("used", Assert.Single(store.Invited.All).State(Now));
    }

    [Fact]
    public void Another_X25519_key_under_the_same_name_is_another()
    {
        using var store = _node.Open();
        using var secret = SomeNode.SomeSecret();
        using var other = IdentityKeys.Create(Entropy.Instance);
        var id = Invite(store);
        Assert.Equal(Redemption.Redeemed, Redeem(store, id, _bob.Card, secret, 10));
        Assert.Equal(Redemption.Used, Redeem(store, id, Card.Create(other, "Bob", 1), secret, 11));
    }

    [Fact]
    public void Expired_revoked_unknown_and_own_invitations_make_no_friend()
    {
        using var store = _node.Open();
        using var secret = SomeNode.SomeSecret();
        var expired = store.Invited.Create(secret, "", Now, Now)!.Id;
        var revoked = Invite(store);
        var own = Invite(store);
        Assert.True(store.Invited.Revoke(revoked));
        Assert.False(store.Invited.Revoke(revoked));
        Assert.Equal(Redemption.Expired, Redeem(store, expired, _bob.Card, secret, 1));
        Assert.Equal(Redemption.Revoked, Redeem(store, revoked, _bob.Card, secret, 1));
        Assert.Equal(Redemption.Revoked, Redeem(store, new(99), _bob.Card, secret, 1));
        Assert.Equal(Redemption.Own, Redeem(store, own, _node.Card, secret, 1));
        Assert.Empty(store.Friends);
        Assert.Equal(
            ["expired", "revoked", "open"],
            store.Invited.All.Select(one => one.State(Now))
        );
    }

    [Fact]
    public void A_used_or_revoked_invitation_stays_so_over_a_restart()
    {
        using var secret = SomeNode.SomeSecret();
        InvitationId used;
        InvitationId revoked;
        using (var store = _node.Open())
        {
            used = Invite(store);
            revoked = Invite(store);
            Redeem(store, used, _bob.Card, secret, 10);
            store.Confirm(_bob.Id, store.NewestOf(_bob.Id));
            store.Invited.Revoke(revoked);
        }

        using var again = _node.Open();
        Assert.Equal(1, again.Veils.Count);
        Assert.Equal(Redemption.Used, Redeem(again, used, _bob.Card, secret, 11));
        Assert.Equal(Redemption.Revoked, Redeem(again, revoked, _bob.Card, secret, 11));
    }

    [Fact]
    public void Of_many_racing_redemptions_one_wins()
    {
        using var store = _node.Open();
        using var secret = SomeNode.SomeSecret();
        var id = Invite(store);
        var cards = Enumerable
            .Range(0, 1_000)
            .Select(i =>
            {
                using var keys = IdentityKeys.Create(Entropy.Instance);
                return Card.Create(keys, $"N{i}", 1);
            })
            .ToArray();
        var wins = 0;
        Parallel.ForEach(
            cards,
            card =>
            {
                if (Redeem(store, id, card, secret, 1) == Redemption.Redeemed)
                {
                    Interlocked.Increment(ref wins);
                }
            }
        );
        Assert.Equal(1, wins);
        Assert.Single(store.Friends);
    }

    private static InvitationId Invite(FriendStore store)
    {
        using var secret = SomeNode.SomeSecret();
        return store.Invited.Create(secret, "note", Now + TimeSpan.FromHours(1), Now)!.Id;
    }

    private static Redemption Redeem(
        FriendStore store,
        InvitationId id,
        Card card,
        PairSecret secret,
        long timestamp
    ) => store.Invited.TryRedeem(id, card, secret, new Instant(timestamp), Now);

    private List<byte[]> Files() =>
        [
            .. Directory
                .GetFiles(_node.Folder)
                .Where(path => !path.EndsWith("-shm", StringComparison.Ordinal))
                .Select(File.ReadAllBytes),
        ];

    /// <summary>The sealed secret as it lies on disk.</summary>
    private byte[] Box(FriendStore store)
    {
        Assert.NotEmpty(store.Friends);
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection(
            $"Data Source={_node.Path};Pooling=False;Mode=ReadOnly"
        );
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT secret FROM friends";
        return (byte[])command.ExecuteScalar()!;
    }
}
