using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Tests.Node.Paths;
using FriendNet.Tests.Protocol.Catalogs;
using FriendNet.Tests.Protocol.Circles;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>Large circle catalogs come in parts to a real daemon.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class LargeCatalogTests
{
    private const int Entries = 3_000;
    private static readonly EntrySet Large = EntrySet.Of(Sample.Entries(1, Entries));
    private readonly OwnPseudonym _pseudonym = new(77);
    private long _version = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1_000;

    // One withholds, one lies, and then goes; two are honest.
    [Fact]
    public async Task WhatOneDoesNotGiveComesFromOthers()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var node = new LiveNode(scratch, "victim");
        node.Start();
        using var liar = await Friend(node, "liar", Changed(Large, Entries));
        using var one = await Friend(node, "one", Large);
        using var other = await Friend(node, "other", Large);
        var words = Large.Entries[0].Path.ToString();
        using (var mute = await Friend(node, "mute", Large))
        {
            mute.IsMute = true;
            Tell(Large, mute);
            Wait.Until(() => mute.Asked == 1);
            Tell(Large, liar);
            Wait.Until(() => liar.Asked == 1);
            Tell(Large, one, other);
            // All but the share of the silent one; nothing is shown before it is whole.
            Wait.Until(() => one.Given + other.Given > Large.Whole.Length / 2);
            Assert.Empty(await node.Search(words, _ => true));
        }

        await node.Search(words, hits => hits.Count > 0);
        Assert.Equal(1, liar.Asked);
        var given = one.Given + other.Given;
        Assert.InRange(given, Large.Whole.Length / 2, Large.Whole.Length * 1.2);

        // A change that nobody remembers: what differs comes, and little else.
        var added = Sample.Entry(new Random(1), "Music/brandnew.flac");
        var next = Large.With([DeltaStep.Upsert(added)]);
        one.Parts = (next, next);
        Tell(next, one);
        await node.Search("brandnew", hits => hits.Count > 0);
        Assert.InRange(one.Given + other.Given - given, 1, Large.Whole.Length / 5);
    }

    // By real daemons alone: the publisher's own, and what a friend passes on.
    [Fact]
    public async Task ItGoesOnFromFriendToFriend()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        for (var i = 0; i < Limits.CirclePartEntries + 100; i++)
            scratch.File($"films/reel number {i}.bin", 10, i);
        using var a = new LiveNode(scratch, "a");
        using var b = new LiveNode(scratch, "b");
        using var c = new LiveNode(scratch, "c");
        foreach (var node in (LiveNode[])[a, b, c])
            node.Start();
        LiveNode.Befriend(a, b);
        LiveNode.Befriend(b, c);
        // All of it is one change, so that it does not wait for its turn to be signed.
        a.Ok("share", "add", Path.Combine(scratch, "films"), "--audience", "friend:b");
        await a.AwaitIndex();
        a.Ok("share", "audience", "films", "circle");
        await c.Search("reel number 599", hits => hits.Any(hit => hit.Sources is [{ Hops: 2 }]));
    }

    private static EntrySet Changed(EntrySet set, int entries) =>
        set.With(set.Entries.Take(entries).Select(e => DeltaStep.Upsert(e with { Modified = 1 })));

    private static async Task<TellingFriend> Friend(LiveNode node, string name, EntrySet given)
    {
        var friend = await TellingFriend.Of(node, name);
        friend.Parts = (Large, given);
        return friend;
    }

    private void Tell(EntrySet set, params TellingFriend[] friends)
    {
        _version += set == Large ? 0 : 1;
        foreach (var friend in friends)
        {
            var news = friend.Publish(_pseudonym, _version, set.Head, () => set.Whole);
            Assert.True(friend.Tell([news], Limits.HeadsWindowMax));
        }
    }
}
