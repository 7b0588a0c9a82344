using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>Friends that hold a part of what they do not offer.</summary>
public sealed class RarestTests
{
    private const int Mib = 1024 * 1024;
    private static readonly WantedFile File = ScriptedWorld.File(1, 100L * Mib);

    [Fact]
    public void What_the_fewest_hold_comes_first_and_equals_at_random()
    {
        var first = Order(seed: 1);
        Assert.Equal(Enumerable.Range(60, 40), first.Take(40).Order());
        // A few of them are asked of those who hold them.
        Assert.All(first.Skip(40).Take(26), run => Assert.InRange(run, 30, 59));
        Assert.NotEqual(first, Order(seed: 2));

        static List<int> Order(int seed)
        {
            var world = new ScriptedWorld(seed) { Offers = (_, _) => [Friend(1)] };
            world.Link(1, 1).BytesPerSecond = 20e6;
            world.Link(2, 2).Silent = true;
            world.Link(3, 3).Silent = true;
            world.Download(1, File);
            world.Held(2, File.Id, [.. Enumerable.Range(0, 60)]);
            world.Held(3, File.Id, [.. Enumerable.Range(0, 30)]);
            world.Run();
            return [.. world.Asked.Where(a => a.Link.Value == 1).Select(a => a.Slice.Run)];
        }
    }

    [Fact]
    public void Holders_alone_can_bring_all_of_it_each_what_it_has()
    {
        var world = new ScriptedWorld();
        world.Link(1, 1);
        world.Link(2, 2);
        world.Download(1, File);
        world.Run(1);
        Assert.Empty(world.Asked);
        world.Held(1, File.Id, [.. Enumerable.Range(0, 50)]);
        world.Held(2, File.Id, [.. Enumerable.Range(50, 50)]);
        world.Run(10);
        Assert.Single(world.Finished);
        Assert.All(
            world.Asked,
            asked => Assert.Equal(asked.Slice.Run < 50 ? 1 : 2, asked.Link.Value)
        );
    }

    [Fact]
    public void Who_claims_what_it_has_not_costs_a_round_trip_and_no_stall()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).BytesPerSecond = 20e6;
        world.Link(2, 2).Fail = _ => SliceFailure.NotFound;
        world.Download(1, File);
        for (var second = 0; second < 5; second++)
            world.In(second, () => world.Held(2, File.Id, [.. Enumerable.Range(0, 100)]));
        var before = world.Now;
        world.Run();
        Assert.InRange((world.Now - before).TotalSeconds, 5.2, 5.5);
        Assert.InRange(world.Asked.Count(a => a.Link.Value == 2), 1, 4);
        Assert.Empty(world.Blames);
    }

    [Fact]
    public void A_holder_that_sends_wrong_bytes_is_blamed_and_dropped()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).BytesPerSecond = 20e6;
        world.Link(2, 2).Fail = _ => SliceFailure.Corrupt;
        world.Download(1, File);
        for (var second = 0; second < 5; second++)
            world.In(second, () => world.Held(2, File.Id, [.. Enumerable.Range(0, 100)]));
        world.Run();
        Assert.Single(world.Finished);
        Assert.NotEmpty(world.Blames);
        Assert.All(world.Blames, blame => Assert.Equal(SourceId.Of(Friend(2)), blame.Source));
        Assert.InRange(world.Asked.Count(a => a.Link.Value == 2), 1, 4);
    }

    [Fact]
    public void A_holder_that_goes_away_is_no_holder_any_more()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [Friend(1)] };
        world.Link(1, 1).BytesPerSecond = 5e6;
        world.Link(2, 2).BytesPerSecond = 5e6;
        world.Download(1, File);
        world.Held(2, File.Id, [.. Enumerable.Range(0, 100)]);
        world.In(3, () => world.Unlink(2));
        // It is back, and says nothing.
        world.In(4, () => world.Link(2, 2));
        world.Run();
        Assert.Single(world.Finished);
        Assert.Contains(world.Stored, s => s.Link.Value == 2);
        Assert.All(world.Stored.Skip(40), s => Assert.Equal(1, s.Link.Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whom_one_fetches_with_shows_in_the_order_to_a_friend_only(bool isPath)
    {
        var first = Order(seed: 1);
        Assert.Equal(!isPath, first.SequenceEqual(Order(seed: 2)));

        List<int> Order(int seed)
        {
            var world = new ScriptedWorld(seed)
            {
                Offers = (_, _) => [Friend(1)],
                ArePseudonyms = isPath,
            };
            if (isPath)
                world.Path(1, 1, via: 9).BytesPerSecond = 20e6;
            world.Download(1, File);
            for (var fellow = 2; fellow < 6; fellow++)
                world.Scheduler.HandleSought(Friend(fellow), File.Id);
            if (!isPath)
                world.Link(1, 1).BytesPerSecond = 20e6;
            world.Run(4);
            return [.. world.Asked.Select(asked => asked.Slice.Run).Take(20)];
        }
    }

    private static FriendId Friend(int number) => ScriptedWorld.Friend(number);
}
