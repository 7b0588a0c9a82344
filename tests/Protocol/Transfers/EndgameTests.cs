using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>The last runs of a transfer do not wait for the slowest.</summary>
public sealed class EndgameTests
{
    private const int Mib = 1024 * 1024;

    [Fact]
    public void What_a_source_is_late_with_is_asked_of_the_quickest_and_its_copy_cancelled()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2)] };
        world.Link(1, 1).BytesPerSecond = 20e6;
        world.Link(2, 2).BytesPerSecond = 50e3;
        world.Download(1, ScriptedWorld.File(1, 100L * Mib));
        var before = world.Now;
        world.Run();
        Assert.Single(world.Finished);
        // 5.3 s at 20 MB/s; the slow one takes 21 s for a run.
        Assert.InRange((world.Now - before).TotalSeconds, 5, 5.6);
        var twice = world.Asked.GroupBy(a => a.Slice).Where(copies => copies.Count() > 1).ToList();
        Assert.NotEmpty(twice);
        Assert.All(twice, copies => Assert.Equal([2, 1], copies.Select(a => a.Link.Value)));
        Assert.Equal(twice.Count, world.Cancels);
        Assert.Empty(world.Blames);
    }

    [Fact]
    public void Nothing_is_asked_twice_of_equals()
    {
        var world = new ScriptedWorld
        {
            Offers = (_, _) => [.. Enumerable.Range(1, 4).Select(Friend)],
        };
        for (var link = 1; link <= 4; link++)
            world.Link(link, link).BytesPerSecond = 20e6;
        world.Download(1, ScriptedWorld.File(1, 200L * Mib));
        world.Run();
        Assert.Single(world.Finished);
        Assert.InRange(world.Asked.Count, 200, 202);
    }

    [Fact]
    public void Both_copies_may_fail_and_the_run_is_asked_again()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2), Friend(3)] };
        world.Link(1, 1).Fail = slice => slice.Run == 9 ? SliceFailure.SourceFailed : null;
        var stuck = world.Link(2, 2);
        stuck.Silent = true;
        world.Download(1, ScriptedWorld.File(1, 10L * Mib));
        world.In(20, () => world.Link(3, 3));
        world.Run(120);
        Assert.Single(world.Finished);
        Assert.Equal(10, world.Stored.Select(s => s.Slice).Distinct().Count());
    }

    [Fact]
    public void A_wrong_second_copy_blames_who_sent_it_and_the_first_still_counts()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2)] };
        world.Link(1, 1).BytesPerSecond = 100e3;
        world.Link(2, 2).Fail = slice =>
            world.Asked.Count(a => a.Slice == slice) > 1 ? SliceFailure.Corrupt : null;
        world.Download(1, ScriptedWorld.File(1, 30L * Mib));
        world.Run(1000);
        Assert.Single(world.Finished);
        Assert.Equal(SourceId.Of(Friend(2)), Assert.Single(world.Blames).Source);
        Assert.Equal(30, world.Stored.Select(s => s.Slice).Distinct().Count());
        // Nor is it asked once more of who is bringing it.
        Assert.Distinct(world.Asked.Where(a => a.Link.Value == 1));
    }

    [Fact]
    public void Someone_who_stalls_loses_what_it_owes_within_seconds_if_others_have_it()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2)] };
        var silent = world.Link(1, 1);
        silent.BytesPerSecond = 20e6;
        world.Link(2, 2).BytesPerSecond = 20e6;
        world.Download(1, ScriptedWorld.File(1, 400L * Mib));
        world.In(2, () => silent.Silent = true);
        world.Run(8);
        Assert.True(world.Cancels > 0);
        var lost = world.Asked.GroupBy(a => a.Slice).Where(copies => copies.Count() > 1);
        Assert.All(lost, copies => Assert.Contains(copies, a => a.Link.Value == 2));
        Assert.NotEmpty(lost);
    }

    private static FriendId Friend(int number) => ScriptedWorld.Friend(number);
}
