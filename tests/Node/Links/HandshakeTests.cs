using System.Net;
using System.Net.Sockets;
using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Storage;
using Xunit;

namespace FriendNet.Tests.Node.Links;

public sealed class HandshakeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Friends_link_whoever_dials_and_talk_both_ways(bool aliceDials)
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        var (ours, theirs) = aliceDials ? alice.LinkTo(bob) : bob.LinkTo(alice);
        var (dialer, other) = aliceDials ? (alice, bob) : (bob, alice);
        Assert.True(ours.Dialed);
        Assert.False(theirs.Dialed);
        Assert.Equal((other.Id, dialer.Id), (ours.Friend, theirs.Friend));
        Assert.True(ours.Send(new Message { Hello = new Hello { Version = 1 } }));
        Assert.True(theirs.Send(new Message { Hello = new Hello { Version = 2 } }));
        Assert.Equal(1u, other.Next<Input.MessageReceived>().Message.Hello.Version);
        Assert.Equal(2u, dialer.Next<Input.MessageReceived>().Message.Hello.Version);
        var tries = dialer.Dialer.AttemptsAt(other.Id);
        Assert.Equal(DialResult.Linked, Assert.Single(tries).Result);
        ours.Close(CloseCode.Bye);
        Assert.Contains("friend", other.Next<Input.LinkClosed>().Why, StringComparison.Ordinal);
        Assert.Contains("by us", dialer.Next<Input.LinkClosed>().Why, StringComparison.Ordinal);
        Assert.Null(dialer.Our.Links.Find(other.Id));
    }

    [Fact]
    public async Task An_invitation_makes_friends_on_both_sides_and_confirms_itself()
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        var (stored, link) = alice.Invite();
        var result = await bob.Dialer.RedeemAsync(link);
        Assert.Equal(RedeemOutcome.Redeemed, result.Outcome);
        Assert.Equal("Alice", result.Friend!.Name);
        Assert.Equal([alice.Address], bob.Store.Find(alice.Id)!.Addresses);
        Assert.Equal(alice.Id, bob.Next<Input.FriendKnown>().Friend);
        Assert.Equal(bob.Id, alice.Next<Input.FriendKnown>().Friend);
        var theirs = alice.Opened();
        var ours = bob.Opened();
        Assert.True(ours.Send(new Message { Hello = new Hello { Version = 1 } }));
        alice.Next<Input.MessageReceived>();
        Assert.True(alice.Store.Find(bob.Id)!.Confirmed);
        Assert.Equal(1, alice.Store.Veils.Count);
        Assert.Equal(
            "used",
            alice.Store.Invited.All.Single(i => i.Id == stored.Id).State(bob.Now())
        );
        Assert.Equal(
            SomeNode.Export(alice.Store.SecretsOf(bob.Id)[0].Secret),
            SomeNode.Export(bob.Store.SecretsOf(alice.Id)[0].Secret)
        );
        theirs.Close(CloseCode.Bye);
        bob.Next<Input.LinkClosed>();
        alice.Next<Input.LinkClosed>();
        alice.Dialer.Dial(bob.Id, [bob.Address]);
        Assert.Equal(alice.Id, bob.Next<Input.LinkOpened>().Friend);
    }

    [Fact]
    public async Task A_used_a_revoked_and_an_expired_invitation_meet_silence()
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        using var eve = new Side("Eve");
        var (_, used) = alice.Invite();
        Assert.Equal(RedeemOutcome.Redeemed, (await bob.Dialer.RedeemAsync(used)).Outcome);
        bob.Opened().Send(new Message { Hello = new Hello { Version = 1 } });
        alice.Next<Input.MessageReceived>();
        var (stored, revoked) = alice.Invite();
        alice.Store.Invited.Revoke(stored.Id);
        var (_, expired) = alice.Invite(TimeSpan.FromMinutes(5));
        alice.ClockIsOff = TimeSpan.FromMinutes(10);
        var results = await Task.WhenAll(
            eve.Dialer.RedeemAsync(used),
            eve.Dialer.RedeemAsync(revoked),
            eve.Dialer.RedeemAsync(expired)
        );
        Assert.All(results, result => Assert.Equal(RedeemOutcome.Silent, result.Outcome));
        Assert.All(
            results,
            result => Assert.Contains("did not answer", result.Sentence, StringComparison.Ordinal)
        );
        Assert.Equal("Bob", Assert.Single(alice.Store.Friends).Name);
        Assert.Empty(eve.Store.Friends);
    }

    [Fact]
    public async Task A_bad_link_is_told_apart_without_asking_anybody()
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        var (_, link) = alice.Invite(TimeSpan.FromMinutes(5));
        await Refused(bob, "hello", RedeemOutcome.BadLink, "begins with");
        await Refused(bob, link[..^3], RedeemOutcome.BadLink, "cut off or mistyped");
        await Refused(alice, link, RedeemOutcome.BadLink, "your own");
        bob.ClockIsOff = TimeSpan.FromHours(1);
        await Refused(bob, link, RedeemOutcome.Expired, "clock");
        Assert.Equal(0, alice.Gate.Status.Accepted);
    }

    [Fact]
    public async Task Nobody_there_is_said_and_the_invitation_remains_good()
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = closed.LocalEndpoint.ToString()!;
        closed.Stop();
        var (_, link) = alice.Invite(address: address);
        await Refused(bob, link, RedeemOutcome.Unreachable, address);
    }

    [Fact]
    public async Task A_newcomer_that_lost_the_answer_may_redeem_again()
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        var (stored, link) = alice.Invite();
        // As if Bob had died after its hello: Alice has stored it, Bob has nothing.
        using (var lost = SomeNode.SomeSecret())
        {
            alice.Store.Invited.TryRedeem(
                stored.Id,
                bob.Node.Card,
                lost,
                new Instant(1),
                alice.Now()
            );
        }

        var result = await bob.Dialer.RedeemAsync(link);
        Assert.Equal(RedeemOutcome.Redeemed, result.Outcome);
        Assert.Equal(
            SomeNode.Export(alice.Store.SecretsOf(bob.Id)[0].Secret),
            SomeNode.Export(bob.Store.SecretsOf(alice.Id)[0].Secret)
        );
    }

    [Fact]
    public void A_removed_friend_is_a_stranger()
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        var (ours, _) = bob.LinkTo(alice);
        ours.Close(CloseCode.Bye);
        bob.Next<Input.LinkClosed>();
        alice.Store.Remove(bob.Id);
        bob.Dialer.Dial(alice.Id, [alice.Address]);
        var failed = bob.Next<Input.DialFailed>();
        Assert.Contains("did not answer", failed.Why, StringComparison.Ordinal);
        Assert.Equal(DialResult.Silent, Assert.Single(bob.Dialer.AttemptsAt(alice.Id)).Result);
    }

    [Fact]
    public void Addresses_are_tried_in_order_and_what_failed_is_kept()
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        alice.Befriend(bob);
        alice.Dialer.Dial(
            bob.Id,
            ["127.0.0.1:1", "nonsense", "no-such-name.invalid:1", bob.Address]
        );
        alice.Opened();
        var tries = alice.Dialer.AttemptsAt(bob.Id);
        Assert.Equal(
            [
                DialResult.Unreachable,
                DialResult.Unreachable,
                DialResult.Unreachable,
                DialResult.Linked,
            ],
            tries.Select(attempt => attempt.Result)
        );
        Assert.Contains("refused", tries[0].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_crossing_dials_one_link_stays()
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        alice.Befriend(bob);
        using var one = new Brain(alice);
        using var other = new Brain(bob);
        for (var round = 0; round < 10; round++)
        {
            one.Meet(bob);
            other.Meet(alice);
            Assert.True(SameLink(one, other, alice, bob), $"round {round}");
            one.Forget(bob);
            other.Forget(alice);
        }
    }

    [Fact]
    public void A_dropped_link_is_made_again()
    {
        using var alice = new Side("Alice");
        using var bob = new Side("Bob");
        alice.Befriend(bob);
        using var relay = new Relay(bob.Address);
        using var one = new Brain(alice);
        using var other = new Brain(bob);
        other.Meet(alice, []);
        one.Meet(bob, [relay.Address, bob.Address]);
        Assert.True(SameLink(one, other, alice, bob));
        var old = alice.Our.Links.Find(bob.Id)!;
        Assert.Equal(relay.Address, old.RemoteAddress);
        relay.Cut();
        Assert.True(one.Until(() => alice.Our.Links.Find(bob.Id) is { } link && link != old));
        Assert.True(SameLink(one, other, alice, bob));
    }

    private static bool SameLink(Brain one, Brain other, Side alice, Side bob) =>
        one.Until(() =>
            one.LinkTo(bob) is { } ours
            && other.LinkTo(alice) is { } theirs
            && ours.Dialed != theirs.Dialed
            && alice.Our.Links.All.Count == 1
            && bob.Our.Links.All.Count == 1
        );

    private static async Task Refused(Side side, string link, RedeemOutcome outcome, string words)
    {
        var result = await side.Dialer.RedeemAsync(link);
        Assert.Equal(outcome, result.Outcome);
        Assert.Contains(words, result.Sentence, StringComparison.Ordinal);
        Assert.Null(result.Friend);
        Assert.Empty(side.Store.Friends);
    }
}
