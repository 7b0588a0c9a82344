using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>Many sources together: each gives what it can, none costs the others.</summary>
public sealed class SourceShareTests
{
    private const int Mib = 1024 * 1024;

    [Fact]
    public void Four_sources_bring_four_times_as_much()
    {
        var seconds = Seconds(300, 20e6, 20e6, 20e6, 20e6);
        Assert.InRange(300L * Mib / seconds, 75e6, 81e6);
    }

    [Theory]
    [InlineData(0.2e6)]
    [InlineData(0.02e6)]
    [InlineData(1)]
    public void A_source_at_one_percent_and_less_costs_at_most_five(double slow)
    {
        foreach (var mebibytes in (int[])[60, 300, 1000])
        {
            var without = Seconds(mebibytes, 20e6, 20e6, 20e6, 20e6);
            var with = Seconds(mebibytes, slow, 20e6, 20e6, 20e6, 20e6);
            Assert.InRange(with / without, 0.9, 1.05);
        }
    }

    [Fact]
    public void A_slow_source_is_asked_for_one_fetch_at_a_time_and_little_at_once()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2)] };
        world.Link(1, 1).BytesPerSecond = 20e6;
        world.Link(2, 2).BytesPerSecond = 0.2e6;
        world.Download(
            1,
            [.. Enumerable.Range(0, 20_000).Select(i => ScriptedWorld.File(i, 8192))]
        );
        world.Run();
        var bySlow = world.Asked.Where(a => a.Link.Value == 2).ToList();
        Assert.InRange(bySlow.Count, 100, 600);
        Assert.Single(world.Finished);
    }

    [Fact]
    public void Small_files_of_four_sources_cost_few_round_trips()
    {
        var world = new ScriptedWorld
        {
            Offers = (_, _) => [.. Enumerable.Range(1, 4).Select(Friend)],
        };
        for (var link = 1; link <= 4; link++)
        {
            var how = world.Link(link, link);
            (how.BytesPerSecond, how.DelaySeconds) = (20e6, 0.1);
        }

        world.Download(
            1,
            [.. Enumerable.Range(0, 10_000).Select(i => ScriptedWorld.File(i, 16384))]
        );
        var before = world.Now;
        world.Run();
        Assert.Equal(1, world.Lookups);
        // 164 MB at 80 MB/s are 2.05 s; 157 fetches one by one would wait 15.7 s.
        Assert.InRange((world.Now - before).TotalSeconds, 2, 2.7);
        Assert.InRange(world.Fetches, 157, 165);
    }

    [Fact]
    public void Paths_through_one_friend_share_its_window()
    {
        var world = new ScriptedWorld { Offers = (transfer, _) => [Friend((int)transfer.Value)] };
        world.Link(1, 1);
        for (var path = 2; path <= 5; path++)
            world.Path(path, path, via: 1).DelaySeconds = 0.5;
        for (var transfer = 2; transfer <= 5; transfer++)
            world.Download(transfer, ScriptedWorld.File(transfer, 200L * Mib));
        world.Run();
        Assert.Equal(4, world.Finished.Count);
        Assert.InRange(world.MostUnderwayOfAll, 4, Limits.LinkFetchesMax);
        // None of them starves.
        var first = world.Stored.Take(200).GroupBy(s => s.Link).Select(s => s.Count());
        Assert.Equal(4, first.Count());
        Assert.All(first, count => Assert.InRange(count, 30, 80));
    }

    private static double Seconds(int mebibytes, params double[] rates)
    {
        var world = new ScriptedWorld
        {
            Offers = (_, _) => [.. Enumerable.Range(1, rates.Length).Select(Friend)],
        };
        for (var link = 1; link <= rates.Length; link++)
            world.Link(link, link).BytesPerSecond = rates[link - 1];
        world.Download(1, ScriptedWorld.File(1, mebibytes * (long)Mib));
        var before = world.Now;
        world.Run();
        Assert.Single(world.Finished);
        return (world.Now - before).TotalSeconds;
    }

    private static FriendId Friend(int number) => ScriptedWorld.Friend(number);
}
