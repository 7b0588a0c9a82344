using FriendNet.Node.Api.Contract;
using FriendNet.Protocol.Bounds;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>More files in one share than anybody takes.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class TooMuchTests
{
    private const StringComparison Ordinal = StringComparison.Ordinal;

    [Fact]
    public async Task TheOtherSharesGoOn()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("near/early.bin", 10);
        scratch.File("round/early.bin", 10);
        var many = scratch.Folder("many");
        for (var i = 0; i <= Limits.CatalogEntriesMax; i++)
            File.Create($"{many}/{i}").Dispose();
        using var a = new LiveNode(scratch, "a");
        using var b = new LiveNode(scratch, "b");
        a.Start();
        b.Start();
        LiveNode.Befriend(a, b);
        a.Ok("share", "add", Path.Combine(scratch, "near"), "--audience", "friends");
        a.Ok("share", "add", Path.Combine(scratch, "round"), "--audience", "circle");
        // First for nobody, so that all of it comes at once.
        a.Ok("group", "create", "nobody");
        a.Ok("share", "add", many, "--audience", "group:nobody", "--no-wait");
        await a.AwaitIndex();
        foreach (
            var (audience, viewer, other) in new[]
            {
                ("friends", "b", "near"),
                ("circle", "circle", "round"),
            }
        )
        {
            var said = a.Ok("share", "audience", "many", audience);
            scratch.File($"{other}/late in {other}.bin", 10);
            await b.Find($"late in {other}.bin");
            Assert.Contains($"many: Too much for {viewer}, ", said.Error, Ordinal);
            var shares = await a.Ask("/shares", ContractJson.Default.IReadOnlyListShare);
            Assert.Equal([0, 0, 1], shares.Select(share => share.LeftOut.Count));
            Assert.Contains("100,000 files", shares[2].Problem, Ordinal);
            var friend = a.Ok("friend", "list", "--json").Json[0];
            foreach (var called in new[] { "name", "id" })
            {
                var seen = a.Ok("share", "view-as", friend.GetProperty(called).GetString()!);
                Assert.DoesNotContain("many", seen.Output, Ordinal);
                Assert.Contains("many: Too much for", seen.Error, Ordinal);
            }
        }

        Assert.False(a.HasEnded);
    }
}
