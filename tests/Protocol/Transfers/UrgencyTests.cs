using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>Readers of files that arrive, in virtual time.</summary>
public sealed class UrgencyTests
{
    private const long Mib = 1024 * 1024;
    private const int Window = Limits.ReadAheadRunsMin;

    [Theory]
    [InlineData(2e6, 1)]
    [InlineData(20e6, 1)]
    [InlineData(900e6, 1)]
    [InlineData(20e6, 4)]
    public void A_seek_into_a_full_pipeline_is_served_next(double rate, int links)
    {
        var world = World(rate, links);
        world.Download(1, ScriptedWorld.File(1, 500 * Mib));
        world.Run(Math.Max(0.2, 30e6 / rate));
        var (asked, stored) = (world.Asked.Count, world.Stored.Count);
        Assert.InRange(stored, 4, 480);
        var soughtAt = world.Now;

        Read(world, 1, run: 490);
        RunUntilStored(world, 490);

        // What the link is sending, the run itself, and the way there and back.
        var seconds = (2 * Mib / rate) + 0.03;
        Assert.InRange((world.Now - soughtAt).TotalSeconds, 0, seconds);
        // A slow link is asked for less at once.
        var next = world.Asked.Skip(asked).Take(Window).Select(one => one.Slice.Run).ToList();
        Assert.InRange(next.Count, 3, Window);
        Assert.Equal(Enumerable.Range(490, next.Count), next);
        Assert.True(world.Cancels > 0);
        world.Run();
        Assert.Single(world.Finished);
        Assert.Equal(500, world.Stored.Select(one => one.Slice).Distinct().Count());
    }

    [Fact]
    public void Nothing_else_is_asked_of_a_link_that_brings_what_a_reader_waits_for()
    {
        var world = World(20e6, 1);
        world.Download(1, ScriptedWorld.File(1, 500 * Mib));
        world.Run(2);
        var asked = world.Asked.Count;
        Read(world, 1, run: 300);
        var before = asked;
        while (!world.Stored.Exists(one => one.Slice.Run == 300))
        {
            before = world.Asked.Count;
            Assert.True(world.Step());
        }

        Assert.InRange(before - asked, 3, Window);
        Assert.All(
            world.Asked.Skip(asked).Take(before - asked),
            one => Assert.InRange(one.Slice.Run, 300, 300 + Window - 1)
        );
        world.Run(1);
        Assert.True(world.Asked.Count - asked > Window);
    }

    [Fact]
    public void A_window_spreads_over_all_links()
    {
        var world = World(20e6, 4);
        world.Download(1, ScriptedWorld.File(1, 500 * Mib));
        world.Run(2);
        var asked = world.Asked.Count;
        Read(world, 1, run: 300);
        world.Run(0.01);
        var window = world.Asked.Skip(asked).Where(one => one.Slice.Run is >= 300 and < 304);
        Assert.Equal(4, window.Select(one => one.Link).Distinct().Count());
        // On each the way is clear: what it is sending, the run itself.
        var soughtAt = world.Now;
        for (var run = 300; run < 304; run++)
            RunUntilStored(world, run);
        Assert.InRange((world.Now - soughtAt).TotalSeconds, 0, (2 * Mib / 20e6) + 0.03);
    }

    [Fact]
    public void The_run_that_is_waited_for_is_not_given_to_a_slow_link()
    {
        var world = World(20e6, 2);
        world.Link(9, 1).BytesPerSecond = 0.2e6;
        world.Download(1, ScriptedWorld.File(1, 800 * Mib));
        world.Run(15);
        var owed = world.Asked.Last(one => one.Link.Value == 9);
        Assert.DoesNotContain(owed, world.Stored);
        Read(world, 1, run: 700);
        RunUntilStored(world, 700);
        Assert.DoesNotContain(world.Asked, one => one.Link.Value == 9 && one.Slice.Run == 700);
        // Nor is what it brings given up: that would help nobody.
        world.Run(10);
        Assert.Contains(owed, world.Stored);
    }

    [Fact]
    public void Who_has_the_next_run_already_has_nothing_given_up()
    {
        var world = World(20e6, 1);
        world.Download(1, ScriptedWorld.File(1, 500 * Mib));
        world.Run(2);
        Read(world, 1, run: world.Stored[^1].Slice.Run);
        Assert.Equal(0, world.Cancels);
    }

    [Fact]
    public void A_seek_gives_up_nothing_of_a_link_that_cannot_bring_it()
    {
        var world = World(20e6, 1);
        world.Link(2, 2).BytesPerSecond = 20e6;
        world.Offers = (transfer, _) => [ScriptedWorld.Friend((int)transfer.Value)];
        world.Download(1, ScriptedWorld.File(1, 100 * Mib));
        world.Download(2, ScriptedWorld.File(2, 100 * Mib));
        world.Run(2);
        Read(world, 1, run: 90);
        world.Run();
        var twice = world.Asked.GroupBy(one => (one.Transfer, one.Slice)).Where(a => a.Count() > 1);
        Assert.NotEmpty(twice);
        Assert.All(twice, one => Assert.Equal(1, one.Key.Transfer.Value));
    }

    [Fact]
    public void Who_holds_a_part_only_is_asked_first_for_what_a_reader_wants_of_it()
    {
        var world = World(20e6, 1);
        world.Offers = (_, _) => [];
        var file = ScriptedWorld.File(1, 100 * Mib);
        world.Download(1, file);
        Read(world, 1, run: 50);
        world.Held(1, file.Id, [.. Enumerable.Range(10, 41)]);
        Assert.Equal(50, world.Asked[0].Slice.Run);
    }

    [Fact]
    public void Who_reads_on_at_the_speed_of_a_film_costs_nothing()
    {
        double Seconds(bool isRead)
        {
            var world = World(20e6, 2);
            world.Download(1, ScriptedWorld.File(1, 200 * Mib));
            var begun = world.Now;
            for (var run = 0; isRead && run < 200; run++)
            {
                var next = run;
                world.In(run, () => Read(world, 1, next));
            }

            while (world.Finished.Count == 0)
                world.Step();
            Assert.Equal(0, world.Cancels);
            return (world.Now - begun).TotalSeconds;
        }

        Assert.InRange(Seconds(isRead: true), 0, Seconds(isRead: false) * 1.03);
    }

    [Fact]
    public void A_reader_that_is_gone_holds_nothing_up()
    {
        var world = World(20e6, 1);
        world.Download(1, ScriptedWorld.File(1, 500 * Mib));
        world.Run(1);
        Read(world, 1, run: 300);
        world.Input(new Input.ReadAhead(new(1), new(1), 0, 0, 0));
        var asked = world.Asked.Count;
        world.Run(3);
        var next = world.Asked.Skip(asked).Select(one => one.Slice.Run).ToList();
        Assert.Equal(next.Order(), next);
        Assert.InRange(next[0], 0, 100);
    }

    [Fact]
    public void A_reader_that_left_before_anything_was_asked_is_forgotten()
    {
        var world = World(20e6, 0);
        world.Download(1, ScriptedWorld.File(1, 500 * Mib));
        Read(world, 1, run: 300);
        world.Input(new Input.ReadAhead(new(1), new(1), 0, 0, 0));
        world.Link(1, 1).BytesPerSecond = 20e6;
        world.Run(1);
        Assert.NotInRange(world.Asked[0].Slice.Run, 300, 300 + Window);
        // Also when the transfer begins again.
        var asked = world.Asked.Count;
        world.Download(1, ScriptedWorld.File(1, 500 * Mib));
        world.Run(1);
        Assert.NotInRange(world.Asked[asked].Slice.Run, 300, 300 + Window);
    }

    [Fact]
    public void Several_readers_are_served_by_turns()
    {
        var world = World(20e6, 1);
        Read(world, 1, run: 300);
        Read(world, 2, run: 400);
        world.Download(1, ScriptedWorld.File(1, 500 * Mib));
        world.Run(2);
        var read = world.Asked.Select(one => one.Slice.Run).Take(2 * Window);
        Assert.Equal([300, 400, 301, 401, 302, 402, 303, 403], read);
    }

    [Fact]
    public void A_reader_that_came_before_its_transfer_went_on_is_served_first()
    {
        var world = World(20e6, 1);
        Read(world, 1, run: 77);
        world.Download(1, ScriptedWorld.File(1, 100 * Mib));
        world.Run(1);
        Assert.Equal(77, world.Asked[0].Slice.Run);
    }

    [Fact]
    public void Another_transfer_on_a_held_link_waits_without_saying_that_nobody_has_it()
    {
        var world = World(1e6, 1);
        world.Download(1, ScriptedWorld.File(1, 100 * Mib));
        Read(world, 1, run: 50);
        world.Download(2, ScriptedWorld.File(2, 3 * Mib));
        world.Run(2);
        Assert.DoesNotContain(world.Asked, one => one.Transfer.Value == 2);
        world.Run(60);
        Assert.Contains(new TransferId(2), world.Finished);
        Assert.Empty(world.Waits);
    }

    [Fact]
    public void A_file_amid_a_folder_is_looked_up_and_fetched_before_those_before_it()
    {
        var world = World(20e6, 1);
        world.Download(
            1,
            [.. Enumerable.Range(0, 100).Select(i => ScriptedWorld.File(i, 3 * Mib))]
        );
        world.Run(1);
        var at = world.Now;
        world.Input(new Input.ReadAhead(new(1), new(1), 80, 0, Window));
        while (!world.Stored.Exists(one => one.Slice == new Slice(80, 0)))
            world.Step();
        Assert.InRange((world.Now - at).TotalSeconds, 0, 0.5);
        // Its window ends with it.
        Assert.DoesNotContain(world.Asked, one => one.Slice.File == 81);
    }

    [Fact]
    public void A_poisoned_run_of_a_window_comes_from_another()
    {
        var world = World(20e6, 1);
        world.Link(9, 9).Fail = _ => SliceFailure.Corrupt;
        world.Offers = (_, _) => [ScriptedWorld.Friend(1), ScriptedWorld.Friend(9)];
        world.Download(1, ScriptedWorld.File(1, 100 * Mib));
        Read(world, 1, run: 50);
        world.Run(2);
        Assert.Equal(9, Assert.Single(world.Blames).Link.Value);
        for (var run = 50; run < 54; run++)
            Assert.Contains(world.Stored, one => one.Slice.Run == run && one.Link.Value != 9);
    }

    private static ScriptedWorld World(double rate, int links)
    {
        var world = new ScriptedWorld { Offers = (_, _) => [ScriptedWorld.Friend(1)] };
        for (var link = 1; link <= links; link++)
            world.Link(link, 1).BytesPerSecond = rate;
        return world;
    }

    private static void Read(ScriptedWorld world, int reader, int run) =>
        world.Input(new Input.ReadAhead(new(reader), new(1), 0, run, Window));

    private static void RunUntilStored(ScriptedWorld world, int run)
    {
        var end = world.Now + TimeSpan.FromSeconds(60);
        while (!world.Stored.Exists(one => one.Slice.Run == run) && world.Now < end)
            world.Step();
    }
}
