using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Links;
using FriendNet.Tests.Node.Serving;
using Xunit;

namespace FriendNet.Tests.Node.Cli;

/// <summary>A share is taken back while a friend fetches from it: the verb ends it.</summary>
public sealed class RecallTests
{
    [Theory]
    [InlineData("share", "audience", "films", "group:none")]
    [InlineData("share", "remove", "films")]
    [InlineData("group", "remove", "seen", "Bob")]
    public async Task AFetchUnderWayEndsWithTheVerb(params string[] verb)
    {
        await using var alice = await Person.Start("Alice");
        using var bob = new Side("Bob");
        alice.File("films/wanderer.mkv", new string('x', 3 << 20));
        var invitation = (await alice.Ok("invite", "create", "--json")).Json;
        await bob.Dialer.RedeemAsync(invitation.GetProperty("link").GetString()!);
        await alice.Ok("group", "create", "none");
        await alice.Ok("group", "create", "seen");
        await alice.Ok("group", "add", "seen", "Bob");
        await alice.Ok("share", "add", alice.Folder("films"), "--audience", "group:seen");
        var all = await alice.Until(
            files => files.GetArrayLength() == 1,
            "share",
            "view-as",
            "Bob",
            "films"
        );
        var seen = all[0];
        Assert.True(Hash256.TryParse(seen.GetProperty("root").GetString(), out var root));
        var id = new ContentId(root, seen.GetProperty("size").GetInt64());

        var link = bob.Opened();
        var sink = new Collected();
        var asked = new FetchRequest { Slices = { new RunOfContent(id, 1).ToRequest() } };
        await alice.Ok("limit", "set", "up", "10kB");
        link.Open(new Request { Fetch = asked }, 1 << 20, sink);
        Assert.True(SpinWait.SpinUntil(() => sink.Pieces.Count >= 2, Side.Patience));

        await alice.Ok(verb);
        Assert.Equal(FriendNet.Protocol.Wire.ResetCode.NotFound, sink.Wait());
    }
}
