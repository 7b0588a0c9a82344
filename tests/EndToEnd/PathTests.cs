using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>Daemons in a line, A - B - C: C fetches through B what A shows its circle.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class PathTests
{
    [Fact]
    public async Task AFriendOfAFriendFetchesThroughTheFriendBetween()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("films/wanderer.mkv", 20_000_000, seed: 1);
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
    }
}
