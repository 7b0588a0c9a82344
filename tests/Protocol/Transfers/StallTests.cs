using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>A link or file that gives nothing holds up nothing else.</summary>
public sealed class StallTests
{
    private const int Mib = 1024 * 1024;

    [Fact]
    public void A_silent_link_is_cancelled_although_another_is_heard_all_the_time()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2)] };
        var silent = world.Link(1, 1);
        world.Link(2, 2).BytesPerSecond = 20e6;
        world.Download(1, ScriptedWorld.File(1, 4000L * Mib));
        world.In(0.1, () => silent.Silent = true);
        world.Run(40);
        Assert.True(world.Cancels > 0);
        Assert.Empty(world.Finished);
    }

    [Fact]
    public void Who_only_trickles_keeps_nothing_that_another_has()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2)] };
        var first = world.Link(1, 1);
        first.BytesPerSecond = 20e6;
        world.Link(2, 2).BytesPerSecond = 1e6;
        world.Download(1, ScriptedWorld.File(1, 4000L * Mib));
        world.In(1, () => first.Silent = true);
        world.SayProgressEach(1);
        world.Run(29);
        Assert.Equal(0, world.Cancels);
        world.Run(5);
        Assert.InRange(world.Cancels, 3, 32);
    }

    [Fact]
    public void Who_only_trickles_is_borne_while_nobody_else_has_it_and_no_longer()
    {
        FriendId[] who = [Friend(1)];
        var world = new ScriptedWorld { Offers = (_, _) => who };
        var first = world.Link(1, 1);
        world.Download(1, ScriptedWorld.File(1, 4000L * Mib));
        world.In(1, () => first.Silent = true);
        world.SayProgressEach(1);
        world.Run(200);
        Assert.Equal(0, world.Cancels);
        who = [Friend(1), Friend(2)];
        world.Link(2, 2);
        world.Input(new Input.CatalogHeld(Friend(2), default));
        world.Run(30);
        Assert.True(world.Cancels > 0);
    }

    [Fact]
    public void Without_a_source_it_says_so_and_looks_again_while_others_are_busy()
    {
        var world = new ScriptedWorld
        {
            Offers = (transfer, _) => transfer.Value == 1 ? [Friend(1)] : [],
        };
        world.Link(1, 1).BytesPerSecond = 1e6;
        world.Link(2, 2);
        world.Download(1, ScriptedWorld.File(1, 1000L * Mib));
        world.Download(2, ScriptedWorld.File(2, Mib));
        world.Run(20);
        Assert.Contains("Nobody offers it", Assert.Single(world.Waits), Ordinal);
        world.Offers = (transfer, _) => [Friend(transfer.Value == 1 ? 1 : 2)];
        world.Input(new Input.CatalogHeld(Friend(2), default));
        world.Run(5);
        Assert.Equal(2, Assert.Single(world.Finished).Value);
    }

    [Fact]
    public void One_that_only_waits_for_room_does_not_say_that_it_waits()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).BytesPerSecond = 1e6;
        for (var transfer = 1; transfer <= 12; transfer++)
            world.Download(transfer, ScriptedWorld.File(transfer, 20L * Mib));
        world.Run();
        Assert.Equal(12, world.Finished.Count);
        Assert.Empty(world.Waits);
    }

    [Fact]
    public void A_running_transfer_gains_a_source_from_a_newer_catalog()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).BytesPerSecond = 1e6;
        world.Link(2, 2);
        world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        world.Run(5);
        world.Offers = (_, _) => [Friend(1), Friend(2)];
        world.Input(new Input.CatalogHeld(Friend(2), default));
        world.Run(20);
        Assert.Contains(world.Stored, s => s.Link.Value == 2);
    }

    [Fact]
    public void Files_without_a_source_at_the_front_hide_none_behind()
    {
        var world = new ScriptedWorld
        {
            Offers = (_, file) => file is < 150 or >= 400 ? [] : [Friend(1)],
        };
        world.Link(1, 1).Fail = slice =>
            slice.File is < 150 or >= 400 ? SliceFailure.NotFound : null;
        world.Download(1, [.. Enumerable.Range(0, 550).Select(i => ScriptedWorld.File(i, 1000))]);
        world.Run(3600);
        Assert.Equal(250, world.Stored.Select(s => s.Slice.File).Distinct().Count());
        world.Offers = (_, _) => [Friend(1)];
        world.Link(1, 1).Fail = _ => null;
        world.Run(3600);
        Assert.Single(world.Finished);
    }

    [Fact]
    public void Where_nobody_else_has_it_silence_is_borne_for_half_a_minute()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        var silent = world.Link(1, 1);
        silent.BytesPerSecond = 20e6;
        world.Link(2, 2);
        world.Download(1, ScriptedWorld.File(1, 400L * Mib));
        world.In(2, () => silent.Silent = true);
        world.Run(2 + 27);
        Assert.Equal(0, world.Cancels);
        world.Run(60);
        Assert.True(world.Cancels > 0);
    }

    [Fact]
    public void What_a_silent_one_owes_does_not_go_to_one_that_is_silent_too()
    {
        var world = new ScriptedWorld
        {
            Offers = (transfer, _) => transfer.Value == 1 ? [Friend(2)] : [Friend(1), Friend(2)],
        };
        var (one, other) = (world.Link(1, 1), world.Link(2, 2));
        world.Download(1, ScriptedWorld.File(1, 4000L * Mib));
        world.Run(2);
        other.Silent = true;
        world.Run(6);
        world.Download(2, ScriptedWorld.File(2, 4000L * Mib));
        world.Run(1);
        one.Silent = true;
        world.Run(20);
        Assert.Contains(world.Asked, asked => asked is { Transfer.Value: 2, Link.Value: 1 });
        Assert.Equal(0, world.Cancels);
    }

    [Fact]
    public void Who_falls_silent_while_the_other_rests_is_borne()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2)] };
        var heard = world.Link(1, 1);
        heard.BytesPerSecond = 5e6;
        world.Link(2, 2).Silent = true;
        world.Download(1, ScriptedWorld.File(1, 4000L * Mib));
        // Two fetches each time; after the sixth it rests for 32 s.
        while (world.Cancels < 12)
            Assert.True(world.Step());
        heard.Silent = true;
        world.Run(27);
        Assert.Equal(12, world.Cancels);
    }

    [Fact]
    public void Silence_is_told_once_it_came_again_and_lasts_a_minute()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2)] };
        var silent = world.Link(1, 1);
        world.Link(2, 2).BytesPerSecond = 5e6;
        world.Download(1, ScriptedWorld.File(1, 4000L * Mib));
        world.Run(2);
        silent.Silent = true;
        var at = world.Now;
        // It is given up every few seconds, as the other can bring it.
        while (world.Scheduler.Silenced.Count == 0)
            Assert.True(world.Step());
        Assert.Equal(1, Assert.Single(world.Scheduler.Silenced).Value);
        Assert.InRange((world.Now - at).TotalSeconds, 60, 100);
    }

    [Fact]
    public void Silences_with_something_delivered_between_are_not_told()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        var link = world.Link(1, 1);
        link.BytesPerSecond = 5e6;
        world.Download(1, ScriptedWorld.File(1, 4000L * Mib));
        for (var minute = 0; minute < 5; minute++)
        {
            world.In(1 + (60 * minute), () => link.Silent = true);
            world.In(31.5 + (60 * minute), () => link.Silent = false);
        }

        var end = world.Now + TimeSpan.FromSeconds(300);
        while (world.Step(end))
            Assert.Empty(world.Scheduler.Silenced);
        Assert.InRange(world.Cancels, 10, 30);
        // It rests a second each time: 29 s of each minute at 4.8 runs a second.
        Assert.InRange(world.Stored.Count, 5 * 132, 5 * 140);
    }

    /// <summary>The sentence was taken back when it went on.</summary>
    [Theory]
    [InlineData(1000, false)]
    [InlineData(3 * Mib, false)]
    [InlineData(3 * Mib, true)]
    public void Who_waits_again_for_the_same_reason_says_so_again(int bytes, bool isRead)
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        if (isRead)
            world.Input(new Input.ReadAhead(new(1), new(1), 0, 0, 4));
        world.Download(1, ScriptedWorld.File(1, bytes));
        for (var time = 1; time <= 2; time++)
        {
            world.Run(20);
            Assert.Equal(time, world.Waits.Count);
            world.Link(time, 1).Silent = true;
            world.Run(5);
            Assert.True(world.Fetches >= time);
            world.Unlink(time);
        }
    }

    [Fact]
    public void Who_stays_silent_rests_longer_each_time()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).Silent = true;
        world.Download(1, ScriptedWorld.File(1, Mib));
        List<Instant> asked = [];
        while (asked.Count < 8 && world.Step())
        {
            if (world.Fetches > asked.Count)
                asked.Add(world.Now);
        }

        Assert.Equal(8, asked.Count);
        var apart = asked.Zip(asked.Skip(1), (one, next) => (next - one).TotalSeconds);
        // The silence is 30 s each time; then come 1 s, doubling, up to a minute.
        double[] rests = [1, 2, 4, 8, 16, 32, 60];
        Assert.All(
            apart.Zip(rests),
            one => Assert.InRange(one.First, 30 + one.Second, 30 + (one.Second * 1.3) + 6)
        );
    }

    [Fact]
    public void Wrong_data_is_not_said_while_an_honest_source_is_only_away()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2)] };
        world.Link(1, 1).Fail = _ => SliceFailure.Corrupt;
        world.Download(1, ScriptedWorld.File(1, 5L * Mib));
        world.Run(100);
        Assert.Contains("not in reach", Assert.Single(world.Waits), Ordinal);
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static FriendId Friend(int number) => ScriptedWorld.Friend(number);
}
