using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>Who is known by a circle only is looked for when that circle comes.</summary>
public sealed class CircleNewsTests
{
    private const int Mib = 1024 * 1024;

    [Fact]
    public void One_that_waits_finds_a_source_of_a_circle_at_once()
    {
        var world = new ScriptedWorld();
        world.Link(1, 1);
        world.Download(1, ScriptedWorld.File(1, 3 * Mib));
        world.Run(4 * 3600);
        Assert.Single(world.Waits);
        world.Offers = (_, _) => [Friend(1)];
        Circle(world);
        world.Run(1);
        Assert.Single(world.Finished);
    }

    [Fact]
    public void A_running_one_gains_the_sources_of_a_circle()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).BytesPerSecond = 200e3;
        for (var link = 2; link <= 4; link++)
            world.Link(link, link);
        world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        world.Run(20);
        world.Offers = (_, _) => Enumerable.Range(1, 4).Select(Friend);
        Circle(world);
        world.Run(Limits.CircleLookSecondsMin);
        Assert.Equal(4, world.Stored.Select(one => one.Link).Distinct().Count());
    }

    [Fact]
    public void What_did_not_come_is_not_looked_at()
    {
        var world = new ScriptedWorld();
        world.Link(1, 1);
        world.Download(1, ScriptedWorld.File(1, Mib));
        world.Run(4 * 3600);
        var looks = world.Lookups;
        Circle(world, CircleEnd.InPart);
        Circle(world, CircleEnd.CutOff);
        world.Run(1);
        Assert.Equal(looks, world.Lookups);
    }

    [Theory]
    [InlineData(1, 13)]
    [InlineData(200, 13)]
    [InlineData(1000, 7)]
    public void However_many_circles_come_the_looks_are_bounded(int transfers, int looksMax)
    {
        var world = new ScriptedWorld();
        world.Link(1, 1);
        for (var transfer = 1; transfer <= transfers; transfer++)
            world.Download(transfer, ScriptedWorld.File(transfer, Mib));
        world.Run(300);
        var looks = world.Lookups;
        // Ten of them each second.
        for (var circle = 0; circle < 600; circle++)
            world.In(circle * 0.1, () => Circle(world));
        world.Run(60);
        // Some of them were due by themselves.
        Assert.InRange(world.Lookups - looks, transfers, (looksMax + 1) * transfers);
        Assert.Equal(transfers, world.Waits.Count);
    }

    [Fact]
    public void A_look_for_circles_makes_nobody_wait_longer()
    {
        var world = new ScriptedWorld();
        world.Link(1, 1);
        world.Download(1, ScriptedWorld.File(1, Mib));
        for (var circle = 0; circle < 12; circle++)
            world.In(1 + (5 * circle), () => Circle(world));
        world.Run(61);
        var looks = world.Lookups;
        world.Run(4 * Limits.RetrySecondsMin);
        Assert.True(world.Lookups > looks);
    }

    private static void Circle(ScriptedWorld world, CircleEnd end = CircleEnd.Held) =>
        world.Input(new Input.CircleFetched(new(1), 0, end, 0, default));

    private static FriendId Friend(int number) => ScriptedWorld.Friend(number);
}
