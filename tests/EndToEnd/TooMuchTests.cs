using FriendNet.Node.Api.Contract;
using FriendNet.Protocol.Bounds;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>More files in one share than anybody takes.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class TooMuchTests
{
    [Theory]
    [InlineData("friends", "b")]
    [InlineData("circle", "circle")]
    public async Task TheOtherSharesGoOn(string audience, string viewer)
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("few/early.bin", 10);
        var many = scratch.Folder("many");
        for (var i = 0; i <= Limits.CatalogEntriesMax; i++)
            File.Create($"{many}/{i}").Dispose();
        using var a = new LiveNode(scratch, "a");
        using var b = new LiveNode(scratch, "b");
        a.Start();
        b.Start();
        LiveNode.Befriend(a, b);
        a.Ok("share", "add", Path.Combine(scratch, "few"), "--audience", audience);
        // First for nobody, so that all of it comes at once.
        a.Ok("group", "create", "nobody");
        a.Ok("share", "add", many, "--audience", "group:nobody", "--no-wait");
        await a.AwaitIndex();
        a.Ok("share", "audience", "many", audience);

        var shares = await a.Ask("/shares", ContractJson.Default.IReadOnlyListShare);
        Assert.Equal([0, 1], shares.Select(share => share.LeftOut.Count));
        Assert.Equal(viewer, shares[1].LeftOut[0]);
        Assert.Contains("100,000 files", shares[1].Problem, StringComparison.Ordinal);
        var seen = a.Ok("share", "view-as", "b");
        Assert.StartsWith("few/", seen.Output, StringComparison.Ordinal);
        Assert.Contains("many: Too much for", seen.Error, StringComparison.Ordinal);

        scratch.File("few/late.bin", 10);
        await b.Find("late.bin");
        Assert.False(a.HasEnded);
    }
}
