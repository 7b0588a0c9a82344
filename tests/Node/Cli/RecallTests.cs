using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Links;
using FriendNet.Tests.Node.Serving;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Node.Cli;

/// <summary>A share is taken back while a friend fetches from it: the verb ends it.</summary>
public sealed class RecallTests
{
    private static readonly ByteString Zero = ByteString.CopyFrom(new byte[Hash256.Size]);

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

    [Fact]
    public async Task WhatLeftTheCircleIsMissingBeforeTheRestIsSigned()
    {
        await using var alice = await Person.Start("Alice");
        using var bob = new Side("Bob");
        var invitation = (await alice.Ok("invite", "create", "--json")).Json;
        await bob.Dialer.RedeemAsync(invitation.GetProperty("link").GetString()!);
        var link = bob.Opened();
        link.Send(new Message { HeadsHave = new HeadsHave { Root = Zero } });
        alice.File("songs/one.ogg");
        await alice.Ok("share", "add", alice.Folder("songs"), "--audience", "circle");
        Told(1);
        alice.File("films/wanderer.mkv");
        await alice.Ok("share", "add", alice.Folder("films"), "--audience", "circle");
        SignedHead head = Told(2);
        // Until it signs no more at once.
        for (var entries = 3; entries <= Limits.OwnHeadsBurst; entries++)
        {
            alice.File($"songs/{entries}.ogg");
            head = Told(entries);
        }

        Assert.Null(Ask().Wait());
        await alice.Ok("share", "audience", "films", "friends");
        Assert.Equal(FriendNet.Protocol.Wire.ResetCode.NotFound, Ask().Wait());

        Collected Ask()
        {
            var sink = new Collected();
            var root = head.Head.Content.Root.Tag;
            var asked = CircleWants.Of([(root, 0)], isFull: true);
            link.Open(new Request { Circle = asked }, (int)Limits.CatalogBytesMax, sink);
            return sink;
        }

        SignedHead Told(long entries)
        {
            while (true)
            {
                var come = bob.Next<Input.MessageReceived>(one => one.Message.Heads is not null);
                var told = SignedHead.TryRead(come.Message.Heads.News[^1].Head.Memory)!;
                if (told.Head.Content.Entries == entries)
                {
                    return told;
                }
            }
        }
    }
}
