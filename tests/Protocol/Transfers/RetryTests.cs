using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>A transfer that nobody serves looks again by itself, forever, less and less often.
/// </summary>
public sealed class RetryTests
{
    private const int Mib = 1024 * 1024;

    [Fact]
    public void Looks_come_further_and_further_apart_and_never_end()
    {
        var looks = Looks(seed: 1, hours: 24);
        var apart = looks.Zip(looks.Skip(1), (one, next) => (next - one).TotalSeconds).ToArray();
        for (var look = 0; look < apart.Length; look++)
        {
            var whole = Math.Min(
                Limits.RetrySecondsMin * Math.Pow(2, Math.Min(look, 20)),
                Limits.RetrySecondsMax
            );
            Assert.InRange(apart[look], (whole * 0.75) - 0.1, (whole * 1.25) + 0.1);
        }

        Assert.InRange(looks.Count, 24 * 3600 / (Limits.RetrySecondsMax * 1.25), 200);
    }

    [Fact]
    public void Nodes_that_lost_the_same_friend_do_not_look_at_the_same_time()
    {
        var tenth = Enumerable.Range(1, 20).Select(seed => Looks(seed, hours: 2)[9]).Distinct();
        Assert.InRange(tenth.Count(), 18, 20);
    }

    [Fact]
    public void What_may_bring_a_source_is_looked_at_at_once_and_begins_the_waits_anew()
    {
        List<Instant> looks = [];
        var world = new ScriptedWorld();
        world.Offers = (_, _) => Note(looks, world.Now);
        world.Link(1, 1);
        world.Download(1, ScriptedWorld.File(1, Mib));
        world.Run(4 * 3600);
        var before = looks.Count;
        world.Input(new Input.CatalogHeld(ScriptedWorld.Friend(1), default));
        world.Run(12);
        // At once, and 5 s after it.
        Assert.InRange(looks.Count - before, 2, 3);
    }

    [Fact]
    public void What_came_begins_the_waits_anew()
    {
        var world = new ScriptedWorld { Offers = (_, _) => [ScriptedWorld.Friend(1)] };
        var link = world.Link(1, 1);
        link.Fail = _ => SliceFailure.SourceFailed;
        world.Download(1, ScriptedWorld.File(1, 30L * Mib));
        world.Run(4 * 3600);
        // Its disk works for one run, then no more.
        link.Fail = _ => world.Stored.Count > 0 ? SliceFailure.SourceFailed : null;
        while (world.Stored.Count == 0)
            Assert.True(world.Step());
        world.Run(1);
        var asked = world.Asked.Count;
        world.Run(30);
        Assert.InRange(world.Asked.Count - asked, 2, 100);
    }

    // There always is a linked source, so nothing else would let it look.
    [Theory]
    [InlineData(3 * Mib)]
    [InlineData(1000)]
    public void Who_offers_it_and_is_silent_hides_no_newer_source(int length)
    {
        var world = new ScriptedWorld { Offers = (_, _) => [ScriptedWorld.Friend(1)] };
        world.Link(1, 1).Silent = true;
        world.Link(2, 2);
        world.Download(1, [.. Enumerable.Range(1, 3).Select(i => ScriptedWorld.File(i, length))]);
        world.In(
            10,
            () => world.Offers = (_, _) => [.. new[] { 1, 2 }.Select(ScriptedWorld.Friend)]
        );
        world.Run(Limits.FetchSilenceSeconds + 1);
        Assert.Single(world.Finished);
        Assert.All(world.Stored, stored => Assert.Equal(2, stored.Link.Value));
    }

    [Fact]
    public void A_friend_whose_pseudonym_is_silent_over_a_path_is_asked_once_its_link_is_up()
    {
        const int Pseudonym = 9;
        var world = new ScriptedWorld { Offers = (_, _) => [ScriptedWorld.Friend(Pseudonym)] };
        world.Link(1, 1);
        world.Path(2, Pseudonym, via: 1).Silent = true;
        world.Download(1, ScriptedWorld.File(1, Mib));
        world.Run(Limits.FetchSilenceSeconds + 5);
        world.Offers = (_, _) => [ScriptedWorld.Friend(3)];
        world.Link(3, 3);
        // What is asked over the path meanwhile is given up first.
        world.Run(Limits.FetchSilenceSeconds + 1);
        Assert.Single(world.Finished);
    }

    private static List<Instant> Looks(int seed, int hours)
    {
        List<Instant> looks = [];
        var world = new ScriptedWorld(seed);
        world.Offers = (_, _) => Note(looks, world.Now);
        world.Link(1, 1);
        world.Download(1, ScriptedWorld.File(1, Mib));
        world.Run(hours * 3600);
        return looks;
    }

    private static FriendId[] Note(List<Instant> looks, Instant now)
    {
        looks.Add(now);
        return [];
    }
}
