using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>What a friend showed is found while it is away, with when it was seen last.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class LastSeenTests
{
    [Fact]
    public async Task AFriendThatLeftWasSeenJustNow()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("films/one.mkv", 10_000, seed: 1);
        using var pair = await FriendPair.Share(scratch, "films");
        await pair.Bob.Find("one.mkv");
        Assert.Null(await Source(pair.Bob, source => source.Online));

        // When it came is not when it was seen last: kept in whole seconds, those must differ.
        var later = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(2.1);
        await pair.Bob.Search("one", _ => DateTimeOffset.UtcNow > later);
        var leaving = DateTimeOffset.UtcNow;
        pair.Alice.Stop();
        // A moment after the link has ended.
        var from = leaving - TimeSpan.FromSeconds(1);
        var seen = await Source(pair.Bob, source => !source.Online && source.LastSeen >= from);
        Assert.NotNull(seen);
        Assert.InRange(seen.Value, from, DateTimeOffset.UtcNow);
    }

    private static async Task<DateTimeOffset?> Source(LiveNode node, Func<Source, bool> wanted)
    {
        var hits = await node.Search("one", hits => hits.Any(hit => hit.Sources.Any(wanted)));
        return Assert.Single(hits[0].Sources).LastSeen;
    }
}
