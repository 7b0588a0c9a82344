using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>The source puts a file elsewhere while it is fetched; real daemons.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class RenamedSourceTests
{
    private const long Bytes = 24 << 20;

    [Fact]
    public async Task WhatItIsNamedNowDoesNotMatter()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        var film = Path.Combine(scratch.Folder("films"), "one.mkv");
        KillTests.Fill(film, Bytes);
        using var pair = await FriendPair.Share(scratch, "films");
        pair.Alice.Ok("limit", "set", "up", "6MB");
        var id = await pair.Bob.Find("one.mkv");
        pair.Bob.Ok("get", id, "-o", scratch.Folder("got"), "--no-wait");
        await Until(pair.Bob, now => now.Done >= Bytes / 8);
        var moved = Path.Combine(scratch.Folder("films/old"), "another.mkv");
        File.Move(film, moved);
        var now = await Until(pair.Bob, _ => true);
        Assert.InRange(now.Done, Bytes / 8, Bytes - 1);

        var done = await Until(pair.Bob, now => now.State == "done");
        // By the name that it was asked for by.
        MainJobTests.Same(moved, Path.Combine(scratch, "got", "one.mkv"));
        Assert.Empty(done.Blamed);
    }

    private static Task<Transfer> Until(LiveNode node, Func<Transfer, bool> wanted) =>
        node.Until("/transfers/1", ContractJson.Default.Transfer, wanted);
}
