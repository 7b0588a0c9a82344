using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>Sources whose files were changed under them, among honest ones; real daemons.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class PoisonTests
{
    private const long Bytes = 64L << 20;

    /// <summary>Of the honest: so that the others are asked for most of it.</summary>
    private const string Slow = "12MB";

    [Fact]
    public async Task WhoPoisonsIsNamedAndNobodyElseAndTheFileIsRight()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        var film = Path.Combine(scratch.Folder("films"), "long.mkv");
        KillTests.Fill(film, Bytes);
        string[] names = ["honest", "upright", "liar", "rotten"];
        var sources = names.ToDictionary(name => name, name => new LiveNode(scratch, name));
        using var asker = new LiveNode(scratch, "asker");
        try
        {
            asker.Start();
            foreach (var (name, node) in sources)
            {
                var copy = Path.Combine(scratch.Folder($"films-{name}"), "long.mkv");
                File.Copy(film, copy);
                node.Start();
                LiveNode.Befriend(asker, node);
                if (name is "honest" or "upright")
                    node.Ok("limit", "set", "up", Slow);
                node.Ok("share", "add", Path.GetDirectoryName(copy)!);
                await node.AwaitIndex();
            }

            Poisoner.Poison(Path.Combine(scratch, "films-liar", "long.mkv"), every: 1);
            Poisoner.Poison(Path.Combine(scratch, "films-rotten", "long.mkv"), every: 10);
            var hits = await asker.Search(
                "long.mkv",
                hits => hits.Any(hit => hit.Ways == names.Length)
            );
            var target = scratch.Folder("target");
            asker.Ok("get", hits[0].Id, "-o", target);

            MainJobTests.Same(film, Path.Combine(target, "long.mkv"));
            var done = await asker.Ask("/transfers/1", ContractJson.Default.Transfer);
            var blamed = done.Blamed.Select(one => one.Name).ToHashSet();
            Assert.Equal(["liar", "rotten"], blamed.Order(StringComparer.Ordinal));
            // Runs that came right from others show which leaf it was.
            Assert.All(
                done.Blamed,
                one => Assert.Equal(Poisoner.LeafIn(one.Leaf!.Value / 64), one.Leaf)
            );
            Assert.Contains("liar", asker.Ok("transfer", "show", "1").Output, Ordinal);
        }
        finally
        {
            foreach (var node in sources.Values)
            {
                node.Dispose();
            }
        }
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;
}
