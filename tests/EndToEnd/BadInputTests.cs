using System.Net;
using System.Net.Sockets;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// Each mishap ends in one sentence that says what to do, and a code that is not 0.
/// </summary>
[Collection(EndToEndCollection.Name)]
public sealed class BadInputTests
{
    [Fact]
    public void ASecondDaemonOnTheSameHomeIsRefused()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var node = new LiveNode(scratch, "alice");
        node.Start();
        node.Call("daemon", "--listen", "127.0.0.1:0").Refused(10);
        node.Ok("status");
    }

    [Fact]
    public void APortInUseIsRefused()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var node = new LiveNode(scratch, "alice");
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        node.Call("daemon", "--listen", $"{holder.LocalEndpoint}").Refused(11);
    }

    [Fact]
    public void CallsWithoutADaemonSayHowToStartIt()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var node = new LiveNode(scratch, "alice");
        var called = node.Call("status");
        called.Refused(3);
        Assert.Contains("daemon", called.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AHomeOfAnotherUserIsSaidToBeOne()
    {
        LiveNode.SkipUnlessPublished();
        Assert.SkipUnless(
            Environment.IsPrivilegedProcess,
            "To be another user needs the rights of root."
        );
        using var scratch = new Scratch();
        File.SetUnixFileMode(scratch, (UnixFileMode)0x1ED); // 0755
        using var node = new LiveNode(scratch, "alice");
        node.Start();
        string[] nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        foreach (
            var verb in (string[][])
                [
                    ["status"],
                    ["daemon"],
                    ["init", "--name", "Eve"],
                ]
        )
        {
            var called = node.CallUnder(nobody, verb);
            called.Refused(6);
            Assert.Contains("belongs to", called.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void BadInvitationsAreRefused()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new LiveNode(scratch, "bob");
        using var carol = new LiveNode(scratch, "carol");
        alice.Start();
        bob.Start();
        carol.Start();
        var link = alice.Ok("invite", "create", "--json").Json.GetProperty("link").GetString()!;
        bob.Call("friend", "add", "friendnet:nonsense").Refused(9);
        bob.Call("friend", "add", link[..^5]).Refused(9);
        alice.Call("friend", "add", link).Refused(9);
        bob.Call("friend", "add", Expired(link)).Refused(9);
        bob.Ok("friend", "add", link);
        carol.Call("friend", "add", link).Refused(9);
        Assert.Equal(1, alice.Ok("friend", "list", "--json").Json.GetArrayLength());
        Assert.Equal(0, carol.Ok("friend", "list", "--json").Json.GetArrayLength());
    }

    [Fact]
    public void WhatIsNotThereIsRefused()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var node = new LiveNode(scratch, "alice");
        node.Start();
        node.Call("share", "add", Path.Combine(scratch, "nowhere")).Refused(4);
        node.Call("get", "aaaaaaaaaaaaaaaa", "-o", scratch.Folder("target")).Refused(4);
        node.Call("friend", "remove", "nobody").Refused(4);
        node.Call("no-such-verb").Refused(2);
    }

    [Theory]
    [InlineData("state.db")]
    [InlineData("catalog.db")]
    [InlineData("index.db")]
    [InlineData("views.db")]
    [InlineData("transfers.db")]
    public async Task ADamagedDatabaseIsKeptAndFriendsSurvive(string name)
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("docs/first.txt", 10);
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new LiveNode(scratch, "bob");
        alice.Start();
        bob.Start();
        LiveNode.Befriend(alice, bob);
        alice.Ok("share", "add", Path.Combine(scratch, "docs"));
        await bob.Find("first.txt");
        Assert.Equal(0, bob.Stop());

        var database = Path.Combine(bob.Home, name);
        File.WriteAllBytes(database, [.. Enumerable.Repeat((byte)0x5A, 8192)]);
        bob.Start();

        Assert.Equal(1, bob.Ok("friend", "list", "--json").Json.GetArrayLength());
        Assert.NotEmpty(Directory.GetFiles(bob.Home, name + ".damaged*"));
        await bob.Find("first.txt");
    }

    [Fact]
    public void ADamagedKeyFileIsLeftAsItIs()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var node = new LiveNode(scratch, "alice");
        var file = Path.Combine(node.Home, "identity.key");
        File.WriteAllText(file, "nonsense");
        node.Call("daemon").Refused(12);
        node.Call("init", "--name", "alice").Refused(14);
        Assert.Equal("nonsense", File.ReadAllText(file));
    }

    /// <summary>The same invitation, had it been made long ago.</summary>
    private static string Expired(string link)
    {
        Invitation.Parse(link, default, out var invitation);
        using (invitation)
        {
            var then = new Instant(1_700_000_000_000_000);
            using var old = new Invitation(
                invitation!.Key,
                invitation.Secret,
                then,
                invitation.Addresses
            );
            return old.ToLink();
        }
    }
}
