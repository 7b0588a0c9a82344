using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

public sealed class SchedulerTests
{
    private const int Mib = 1024 * 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Each_slice_is_asked_once_until_nothing_else_is_left_to_ask(int seed)
    {
        var random = new Random(seed);
        var world = new ScriptedWorld(seed);
        var friends = random.Next(1, 5);
        world.Offers = (_, file) =>
            Enumerable.Range(0, friends).Where(f => (file + f) % 3 != 0 || f == 0).Select(Friend);
        for (var friend = 0; friend < friends; friend++)
            world.Link(friend, friend).BytesPerSecond = random.Next(1, 200) * 1e6;
        var transfers = random.Next(1, 4);
        for (var transfer = 0; transfer < transfers; transfer++)
            world.Download(transfer, SomeFiles(random));

        world.Run();

        Assert.Equal(transfers, world.Finished.Count);
        foreach (var transfer in world.Files)
        {
            var asked = world
                .Asked.Where(a => a.Transfer == transfer.Key)
                .Select(a => a.Slice)
                .ToList();
            var runs = RunsOf(transfer);
            Assert.Equal(runs, asked.Take(runs).Distinct().Count());
            Assert.True(asked.GroupBy(slice => slice).All(copies => copies.Count() <= 2));
        }

        const int most = Limits.LinkFetchesMax + Limits.LinkPromptsMax;
        Assert.InRange(world.MostUnderway, 1, most);
    }

    [Fact]
    public void Ten_thousand_small_files_need_few_fetches_and_one_lookup()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1);
        world.Download(
            1,
            [.. Enumerable.Range(0, 10_000).Select(i => ScriptedWorld.File(i, 16384))]
        );
        world.Run();
        Assert.Single(world.Finished);
        Assert.Equal(1, world.Lookups);
        Assert.Equal(10_000, world.Asked.Count);
    }

    [Fact]
    public void A_large_file_comes_in_order_but_for_the_first_and_fills_the_window()
    {
        // Others may begin with it now: they are heard a moment later.
        const int First = 8;
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).BytesPerSecond = 900e6;
        world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        world.Run();
        var runs = world.Stored.Select(s => s.Slice.Run).ToList();
        Assert.NotEqual(runs.Take(First).Order(), runs.Take(First));
        Assert.Equal(runs.Skip(First).Order(), runs.Skip(First));
        Assert.Equal(Limits.LinkFetchesMax, world.MostUnderway);
    }

    [Fact]
    public void A_lost_link_gives_its_slices_to_others()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2)] };
        world.Link(1, 1).BytesPerSecond = 10e6;
        world.Link(2, 2).BytesPerSecond = 10e6;
        world.Download(1, ScriptedWorld.File(1, 100L * Mib));
        world.In(2, () => world.Unlink(1));
        world.Run();
        Assert.Single(world.Finished);
        Assert.Equal(100, world.Stored.Select(s => s.Slice).Distinct().Count());
        Assert.Contains(world.Stored, s => s.Link.Value == 1);
    }

    [Fact]
    public void A_silent_link_is_cancelled_and_others_take_over()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1), Friend(2)] };
        var silent = world.Link(1, 1);
        world.Link(2, 2);
        world.Download(1, ScriptedWorld.File(1, 200L * Mib));
        world.In(0.1, () => silent.Silent = true);
        var before = world.Now;
        world.Run();
        Assert.Single(world.Finished);
        Assert.True(world.Cancels > 0);
        Assert.InRange((world.Now - before).TotalSeconds, 2, 4);
    }

    [Fact]
    public void A_slow_link_that_still_sends_is_not_cancelled()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).BytesPerSecond = 20e3;
        world.Download(1, ScriptedWorld.File(1, 4L * Mib));
        // As a sink does: bytes arrive although no slice is whole.
        world.SayProgressEach(1);
        world.Run();
        Assert.Single(world.Finished);
        Assert.Equal(0, world.Cancels);
    }

    [Fact]
    public void A_corrupt_source_is_blamed_dropped_there_and_asked_last_elsewhere()
    {
        FriendId[] offering = [Friend(1), Friend(2)];
        var world = new ScriptedWorld { Offers = (_, _) => offering };
        var liar = world.Link(1, 1);
        world.Link(2, 2).BytesPerSecond = 5e6;
        liar.Fail = slice => slice.File == 0 && slice.Run == 2 ? SliceFailure.Corrupt : null;
        world.Download(1, ScriptedWorld.File(1, 50L * Mib));
        world.Run();
        var blame = Assert.Single(world.Blames);
        Assert.Equal(
            (new LinkId(1), SourceId.Of(Friend(1)), new Slice(0, 2)),
            (blame.Link, blame.Source, blame.Slice)
        );
        Assert.Single(world.Finished);
        var after = world.Asked.FindLastIndex(a => a.Link.Value == 1);
        liar.Fail = _ => null;
        world.Download(2, ScriptedWorld.File(2, 5L * Mib));
        world.Run();
        Assert.Equal(2, world.Finished.Count);
        Assert.Equal(after, world.Asked.FindLastIndex(a => a.Link.Value == 1));
        offering = [Friend(1)];
        world.Download(3, ScriptedWorld.File(3, 5L * Mib));
        world.Run();
        Assert.Equal(3, world.Finished.Count);
        Assert.True(world.Asked.FindLastIndex(a => a.Link.Value == 1) > after);
    }

    [Fact]
    public void The_only_source_being_corrupt_makes_it_wait_and_say_so()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).Fail = _ => SliceFailure.Corrupt;
        world.Download(1, ScriptedWorld.File(1, 5L * Mib));
        world.Run(3600);
        Assert.Empty(world.Finished);
        Assert.Contains("wrong data", world.Waits[^1], StringComparison.Ordinal);
        Assert.InRange(world.Asked.Count, 1, 10);
    }

    [Fact]
    public void A_source_that_has_not_one_file_is_asked_for_the_others_only()
    {
        var world = new ScriptedWorld
        {
            Offers = (_, file) => file == 5 ? [Friend(2)] : [Friend(1)],
        };
        world.Link(1, 1).Fail = slice => slice.File == 5 ? SliceFailure.NotFound : null;
        world.Link(2, 2);
        world.Download(1, [.. Enumerable.Range(0, 20).Select(i => ScriptedWorld.File(i, 1000))]);
        world.Run();
        Assert.Single(world.Finished);
        Assert.Equal(2, Assert.Single(world.Stored, s => s.Slice.File == 5).Link.Value);
        Assert.InRange(world.Lookups, 2, 3);
    }

    [Fact]
    public void A_file_that_its_source_cannot_read_is_asked_again_ever_more_rarely()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        var link = world.Link(1, 1);
        link.Fail = _ => SliceFailure.SourceFailed;
        world.Download(1, ScriptedWorld.File(1, 1000));
        world.Run(3600);
        Assert.InRange(world.Asked.Count, 6, 40);
        link.Fail = _ => null;
        world.Run(1000);
        Assert.Single(world.Finished);
    }

    [Fact]
    public void Without_a_link_it_waits_with_a_sentence_and_goes_on_at_once_with_one()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Download(1, ScriptedWorld.File(1, 3L * Mib));
        world.Run(3600);
        Assert.Contains(
            "No friend is connected",
            Assert.Single(world.Waits),
            StringComparison.Ordinal
        );
        var opened = world.Now;
        world.Link(1, 1);
        world.Run(5);
        Assert.Single(world.Finished);
        Assert.True((world.Now - opened).TotalSeconds < 1);
    }

    [Fact]
    public void What_nobody_offers_is_found_when_a_catalog_changes()
    {
        var world = new ScriptedWorld();
        world.Link(1, 1);
        world.Download(1, ScriptedWorld.File(1, 3L * Mib));
        world.Run(100);
        Assert.Contains("Nobody offers it", Assert.Single(world.Waits), StringComparison.Ordinal);
        world.Offers = (_, _) => [Friend(1)];
        world.Input(new Input.CatalogHeld(Friend(1), default));
        world.Run(1);
        Assert.Single(world.Finished);
    }

    [Fact]
    public void Waiting_looks_again_by_itself_with_bounded_effort()
    {
        var world = new ScriptedWorld();
        world.Link(1, 1);
        world.Download(1, [.. Enumerable.Range(0, 1000).Select(i => ScriptedWorld.File(i, 1000))]);
        world.Run(86_400);
        Assert.InRange(world.Lookups, 64, 64 * 200);
        world.Offers = (_, _) => [Friend(1)];
        world.Run(800);
        Assert.Single(world.Finished);
    }

    [Fact]
    public void After_a_restart_only_what_is_missing_is_asked()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1);
        world.Download(1, ScriptedWorld.File(1, 12L * Mib, [0b1111_0001, 0b0000_0111]));
        world.Run();
        Assert.Equal([1, 2, 3, 11], world.Asked.Select(a => a.Slice.Run));
        world.Download(2, ScriptedWorld.File(1, 12L * Mib, [0xFF, 0xFF]), ScriptedWorld.File(2, 0));
        world.Run();
        Assert.Equal(2, world.Finished.Count);
        Assert.Equal(4, world.Asked.Count);
    }

    [Fact]
    public void Pausing_cancels_and_late_slices_change_nothing()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).BytesPerSecond = 10e6;
        world.Download(1, ScriptedWorld.File(1, 40L * Mib));
        world.In(1, () => world.Input(new Input.DownloadPaused(new(1))));
        world.Run(100);
        Assert.Empty(world.Finished);
        Assert.True(world.Cancels > 0);
        Assert.InRange(world.Asked.Count, 5, 30);
    }

    [Fact]
    public void Two_transfers_share_a_link_fairly()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).BytesPerSecond = 10e6;
        world.Download(1, ScriptedWorld.File(1, 1000L * Mib));
        world.Download(2, ScriptedWorld.File(2, 1000L * Mib));
        world.Run(20);
        var first = world.Stored.Count(s => s.Transfer.Value == 1);
        Assert.InRange(first, (world.Stored.Count / 2) - 8, (world.Stored.Count / 2) + 8);
    }

    [Fact]
    public void A_disk_failure_stops_the_transfer()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).Fail = slice => slice.Run == 7 ? SliceFailure.DiskFailed : null;
        world.Download(1, ScriptedWorld.File(1, 100L * Mib));
        world.Run(100);
        Assert.Empty(world.Finished);
        Assert.InRange(world.Asked.Count, 8, 40);
    }

    private static FriendId Friend(int number) => ScriptedWorld.Friend(number);

    private static WantedFile[] SomeFiles(Random random) =>
        [
            .. Enumerable
                .Range(0, random.Next(1, 300))
                .Select(i =>
                    ScriptedWorld.File(
                        i,
                        random.Next(4) switch
                        {
                            0 => random.Next(0, 3),
                            1 => random.Next(0, 20 * Mib),
                            2 => Mib * random.Next(0, 3),
                            _ => random.Next(0, 40_000),
                        }
                    )
                ),
        ];

    private static int RunsOf(KeyValuePair<TransferId, IReadOnlyList<WantedFile>> transfer) =>
        transfer.Value.Sum(file => MerkleTree.RunCount(file.Id.Length));
}
