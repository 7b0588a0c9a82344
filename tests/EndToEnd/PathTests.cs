using System.Text.Json;
using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>Daemons in a line, A - B - C: C fetches through B what A shows its circle.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class PathTests
{
    private const long Bytes = 20_000_000;
    private const StringComparison Exactly = StringComparison.Ordinal;

    [Fact]
    public async Task AFriendOfAFriendFetchesThroughTheFriendBetween()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("films/wanderer.mkv", Bytes, seed: 1);
        using var a = new LiveNode(scratch, "a");
        using var b = new LiveNode(scratch, "b");
        using var c = new LiveNode(scratch, "c");
        LiveNode[] all = [a, b, c];
        foreach (var node in all)
        {
            node.Start();
        }

        LiveNode.Befriend(a, b);
        LiveNode.Befriend(b, c);
        a.Ok("share", "add", Path.Combine(scratch, "films"), "--audience", "circle");
        var id = await c.Find("wanderer.mkv");
        c.Ok("get", id, "-o", Path.Combine(scratch, "got"));

        Assert.Equal(
            File.ReadAllBytes(Path.Combine(scratch, "films/wanderer.mkv")),
            File.ReadAllBytes(Path.Combine(scratch, "got/wanderer.mkv"))
        );
        EachSeesAsMuchAsItMay(a, b, c, id);
        b.Stop();
        b.Start();
        TheLedgerHasIt(a, b, c);
    }

    // The path stays open for a while.
    private static void EachSeesAsMuchAsItMay(LiveNode a, LiveNode b, LiveNode c, string id)
    {
        var ours = Only(c, id);
        var name = ours.Id;
        Assert.StartsWith("~", name, StringComparison.Ordinal);
        Assert.Equal(("ours", "open", 2), (ours.Role, ours.State, ours.Links));
        Assert.Equal(["you", "b", name], ours.Steps);
        Assert.True(ours.RoundTripMilliseconds > 0);
        Assert.InRange(ours.BytesIn, Bytes, Bytes * 2);
        Assert.Equal(ours.Steps, Only(c, name[..5]).Steps);

        var relayed = Only(b);
        Assert.Equal("relayed", relayed.Role);
        Assert.Equal(["c", "you", "a"], relayed.Steps);
        Assert.Null(relayed.RoundTripMilliseconds);
        Assert.InRange(relayed.BytesOut, Bytes, Bytes * 2);

        var served = Only(a);
        Assert.Equal((name, "served"), (served.Id, served.Role));
        Assert.Equal(["somebody", "b", "you"], served.Steps);
        Assert.True(served.RoundTripMilliseconds > 0);
        Assert.Contains("somebody - b - you", a.Ok("peer", "path").Output, Exactly);
        c.Call("peer", "path", "~nobody").Refused(4);
    }

    private static void TheLedgerHasIt(LiveNode a, LiveNode b, LiveNode c)
    {
        Assert.Equal((true, false, false, false), Counted(b, "c"));
        Assert.Equal((false, true, false, false), Counted(b, "a"));
        Assert.Equal((false, false, true, false), Counted(c, "b"));
        Assert.Equal((false, false, false, true), Counted(a, "b"));
        Assert.Contains("relayed for it 2", b.Ok("peer", "show", "c").Output, Exactly);
    }

    private static (bool, bool, bool, bool) Counted(LiveNode node, string friend)
    {
        var json = node.Ok("peer", "show", friend, "--json").Output;
        var all = JsonSerializer.Deserialize(json, ContractJson.Default.Peer)!.Ledger;
        return (Is(all.AtItsRequest), Is(all.TowardsIt), Is(all.ForUs), Is(all.ThroughIt));

        static bool Is(long bytes)
        {
            Assert.True(bytes is 0 or (> Bytes and < Bytes * 2), $"{bytes}");
            return bytes > 0;
        }
    }

    private static PathShown Only(LiveNode node, params string[] id)
    {
        var json = node.Ok(["peer", "path", .. id, "--json"]).Output;
        return Assert.Single(
            JsonSerializer.Deserialize(json, ContractJson.Default.IReadOnlyListPathShown)!
        );
    }
}
