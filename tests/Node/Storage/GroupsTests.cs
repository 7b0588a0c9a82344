using FriendNet.Crypto.Identity;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Node.Storage;

public sealed class GroupsTests : IDisposable
{
    private static readonly Instant Now = SomeNode.Now();
    private static readonly Instant Later = Now + TimeSpan.FromHours(1);
    private readonly SomeNode _node = new("Alice");
    private readonly SomeNode _bob = new("Bob");
    private readonly SomeNode _carol = new("Carol");
    private readonly PairSecret _secret = SomeNode.SomeSecret();

    public void Dispose()
    {
        _node.Dispose();
        _bob.Dispose();
        _carol.Dispose();
        _secret.Dispose();
    }

    [Fact]
    public void GroupsAndTheirMembersStay()
    {
        int id;
        using (var store = _node.Open())
        {
            Befriend(store, _bob, _carol);
            id = store.Groups.Create("family")!.Id;
            store.Groups.Change(id, [_bob.Id, _carol.Id, _node.Id], []);
            store.Groups.Change(id, [], [_carol.Id]);
        }

        using var again = _node.Open();
        Assert.Equal("family", Assert.Single(again.Groups.All).Name);
        Assert.Equal([_bob.Id], again.Groups.Members(id));
        Assert.Null(again.Groups.Create("family"));
        Assert.Null(again.Groups.Create(" x"));
        Assert.Equal([_bob.Id], again.Groups.Delete(id)!.Members);
        Assert.Empty(again.Groups.Members(id));
        Assert.NotEqual(id, again.Groups.Create("family")!.Id);
        Assert.Empty(again.Groups.Find("family")!.Members);
    }

    [Fact]
    public void ARemovedFriendLeavesItsGroupsForGood()
    {
        using (var store = _node.Open())
        {
            Befriend(store, _bob);
            var id = store.Groups.Create("family")!.Id;
            store.Groups.Change(id, [_bob.Id], []);
            store.Remove(_bob.Id);
            Assert.Empty(store.Groups.Members(id));
            Befriend(store, _bob);
            Assert.Empty(store.Groups.Members(id));
        }

        using var again = _node.Open();
        Assert.Empty(Assert.Single(again.Groups.All).Members);
    }

    [Fact]
    public void ANewcomerJoinsWithTheRedemptionAndOnlyThen()
    {
        using var store = _node.Open();
        var group = store.Groups.Create("family")!.Id;
        var invited = store.Invited.Create(_secret, "", Later, Now, group)!;
        Assert.Equal(group, invited.Group);
        Assert.Equal(Redemption.Redeemed, Redeem(store, invited, _bob, 5));
        Assert.Equal([_bob.Id], store.Groups.Members(group));

        // The answer was lost, and meanwhile the newcomer was taken out again.
        store.Groups.Change(group, [], [_bob.Id]);
        Assert.Equal(Redemption.Redeemed, Redeem(store, invited, _bob, 6));
        Assert.Empty(store.Groups.Members(group));
    }

    [Fact]
    public void TheGroupOfAnInvitationStaysAndMayBeGone()
    {
        InvitationId kept;
        int group;
        using (var store = _node.Open())
        {
            group = store.Groups.Create("family")!.Id;
            var gone = store.Groups.Create("gone")!.Id;
            kept = store.Invited.Create(_secret, "", Later, Now, group)!.Id;
            var other = store.Invited.Create(_secret, "", Later, Now, gone)!;
            store.Groups.Delete(gone);
            Assert.Equal(Redemption.Redeemed, Redeem(store, other, _carol, 5));
            Assert.Empty(store.Groups.Members(gone));
        }

        using var again = _node.Open();
        var invited = again.Invited.All.Single(one => one.Id == kept);
        Assert.Equal(Redemption.Redeemed, Redeem(again, invited, _bob, 5));
        Assert.Equal([_bob.Id], again.Groups.Members(group));
    }

    [Fact]
    public void ARefusedRedemptionJoinsNothing()
    {
        using var store = _node.Open();
        var group = store.Groups.Create("family")!.Id;
        var invited = store.Invited.Create(_secret, "", Later, Now, group)!;
        Redeem(store, invited, _bob, 5);
        Assert.Equal(Redemption.Used, Redeem(store, invited, _carol, 6));
        Assert.Equal([_bob.Id], store.Groups.Members(group));
    }

    [Fact]
    public void ThereMayBeSoManyGroups()
    {
        using var store = _node.Open();
        for (var i = 0; i < Limits.GroupsMax; i++)
        {
            Assert.NotNull(store.Groups.Create($"group {i}"));
        }

        Assert.True(store.Groups.IsFull);
        Assert.Null(store.Groups.Create("one more"));
    }

    [Fact]
    public void GroupsAndAudiencesComeBackFromTheSecondCopy()
    {
        int group;
        using (var store = _node.Open())
        {
            Befriend(store, _bob);
            group = store.Groups.Create("family")!.Id;
            store.Groups.Change(group, [_bob.Id], []);
            var share = store.Shares.Add("Music", "/music", Audience.AllFriends)!;
            store.Shares.Change(share.Id, Audience.TryParse($"group:{group}")!);
        }

        File.WriteAllBytes(_node.Path, []);
        using var again = _node.Open(out var sentence);
        Assert.NotNull(sentence);
        Assert.Equal([_bob.Id], again.Groups.Members(group));
        Assert.Equal($"group:{group}", Assert.Single(again.Shares.All).Audience.ToString());
    }

    private static Redemption Redeem(
        FriendStore store,
        OpenInvitation invited,
        SomeNode who,
        long timestamp
    )
    {
        using var secret = SomeNode.SomeSecret();
        return store.Invited.TryRedeem(invited.Id, who.Card, secret, new Instant(timestamp), Now);
    }

    private void Befriend(FriendStore store, params SomeNode[] all)
    {
        foreach (var one in all)
        {
            Assert.NotNull(store.Add(one.Card, _secret, [], Now));
        }
    }
}
