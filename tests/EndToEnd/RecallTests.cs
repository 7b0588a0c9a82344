using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Links;
using FriendNet.Tests.Node.Serving;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>A share is taken back while a friend fetches from it: the verb ends it.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class RecallTests
{
    [Theory]
    [InlineData("share", "audience", "films", "--audience", "group:none")]
    [InlineData("share", "remove", "films")]
    [InlineData("group", "remove", "seen", "Bob")]
    public async Task AFetchUnderWayEndsWithTheVerb(params string[] verb)
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("films/wanderer.mkv", 3 << 20);
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new Side("Bob");
        alice.Start();
        var invitation = alice.Ok("invite", "create", "--json").Json;
        await bob.Dialer.RedeemAsync(invitation.GetProperty("link").GetString()!);
        alice.Ok("group", "create", "none");
        alice.Ok("group", "create", "seen");
        alice.Ok("group", "add", "seen", "Bob");
        var films = Path.Combine(scratch, "films");
        alice.Ok("share", "add", films, "--audience", "group:seen");
        await alice.AwaitIndex();
        var seen = alice.Ok("share", "view-as", "Bob", "films", "--json").Json[0];
        Assert.True(Hash256.TryParse(seen.GetProperty("root").GetString(), out var root));
        var id = new ContentId(root, seen.GetProperty("size").GetInt64());

        var link = bob.Opened();
        var sink = new Collected();
        var asked = new FetchRequest { Slices = { new RunOfContent(id, 1).ToRequest() } };
        link.Open(new Request { Fetch = asked }, 1, sink);
        Assert.True(SpinWait.SpinUntil(() => sink.Pieces.Count == 2, Side.Patience));

        alice.Ok(verb);
        Assert.Equal(FriendNet.Protocol.Wire.ResetCode.NotFound, sink.Wait());
    }
}
