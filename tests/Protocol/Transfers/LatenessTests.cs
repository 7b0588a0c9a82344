using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>Who is worth asking near the end, and who is late: by rate and by silence.</summary>
public sealed class LatenessTests
{
    private const int Mib = 1024 * 1024;
    private readonly ScriptedWorld _world = new() { Offers = (_, _) => [Friend(1), Friend(2)] };

    [Theory]
    [InlineData(600)]
    [InlineData(630)]
    [InlineData(660)]
    [InlineData(690)]
    public void A_slow_link_is_not_asked_for_what_the_rest_will_have_brought_before(int runs)
    {
        _world.Link(1, 1).BytesPerSecond = 20e6;
        // 5.2 s for a run.
        _world.Link(2, 2).BytesPerSecond = 200e3;
        _world.Download(1, ScriptedWorld.File(1, (long)runs * Mib));
        _world.Run();
        Assert.Single(_world.Finished);
        Assert.InRange(_world.Stored.Count(one => one.Link.Value == 2), 4, 7);
        Assert.Equal((runs, 0), (_world.Asked.Count, _world.Cancels));
    }

    /// <summary>By its rate it would bring it at once: only its silence tells.</summary>
    [Fact]
    public void Who_falls_silent_with_the_last_run_is_not_waited_for()
    {
        _world.Link(1, 1).BytesPerSecond = 20e6;
        var silent = _world.Link(2, 2);
        silent.BytesPerSecond = 20e6;
        _world.Download(1, ScriptedWorld.File(1, 100L * Mib));
        RunUntil(() => _world.Asked.Count == 100 && Owed(2) == 1);
        silent.Silent = true;
        var at = _world.Now;
        RunUntil(() => _world.Finished.Count > 0);
        Assert.InRange((_world.Now - at).TotalSeconds, 0, 0.5);
        Assert.Equal(1, _world.Asked[^1].Link.Value);
    }

    /// <summary>Byte by byte a run would take hours.</summary>
    [Fact]
    public void Who_falls_to_a_trickle_with_the_last_run_is_not_waited_for()
    {
        _world.Link(1, 1).BytesPerSecond = 1e6;
        var quick = _world.Link(2, 2);
        quick.BytesPerSecond = 20e6;
        _world.Download(1, ScriptedWorld.File(1, 100L * Mib));
        RunUntil(() => _world.Asked.Count == 100 && Owed(2) > 0);
        quick.Silent = true;
        _world.SayProgressEach(1);
        var at = _world.Now;
        RunUntil(() => _world.Finished.Count > 0);
        // What the slow one owes itself and then those, a second each.
        Assert.InRange((_world.Now - at).TotalSeconds, 0, 12);
    }

    /// <summary>A run would take 35 s, by its rate before a twentieth of one.</summary>
    [Fact]
    public void Who_becomes_slow_with_the_last_run_is_not_waited_for()
    {
        _world.Link(1, 1).BytesPerSecond = 1e6;
        var quick = _world.Link(2, 2);
        quick.BytesPerSecond = 20e6;
        _world.Download(1, ScriptedWorld.File(1, 100L * Mib));
        RunUntil(() => _world.Asked.Count == 100 && Owed(2) > 1);
        quick.BytesPerSecond = 30e3;
        _world.SayProgressEach(1);
        var at = _world.Now;
        RunUntil(() => _world.Finished.Count > 0);
        Assert.InRange((_world.Now - at).TotalSeconds, 0, 12);
    }

    /// <summary>It says something all the time: only its rate tells.</summary>
    [Fact]
    public void What_a_slow_link_would_bring_last_is_taken_over_first()
    {
        _world.Link(1, 1).BytesPerSecond = 20e6;
        _world.Link(2, 2).BytesPerSecond = 3e6;
        _world.Download(1, ScriptedWorld.File(1, 200L * Mib));
        var begun = _world.Now;
        for (var tick = 1; tick < 600; tick++)
            _world.In(tick * 0.02, _world.SayProgress);
        RunUntil(() => _world.Finished.Count > 0);
        // Alone it would need 1.4 s for what it owes.
        Assert.InRange((_world.Now - begun).TotalSeconds, 9, 9.7);
        var twice = _world
            .Asked.Where((one, at) => _world.Asked.FindIndex(a => a.Slice == one.Slice) < at)
            .ToList();
        Assert.InRange(twice.Count, 2, 4);
        Assert.All(twice, one => Assert.Equal(1, one.Link.Value));
        Assert.Equal(twice.OrderByDescending(one => one.Slice.Run), twice);
    }

    [Fact]
    public void Who_is_new_is_not_asked_a_second_time_for_what_comes_soon()
    {
        _world.Link(1, 1).BytesPerSecond = 20e6;
        _world.Download(1, ScriptedWorld.File(1, 100L * Mib));
        RunUntil(() => _world.Asked.Count == 100);
        _world.Link(2, 2);
        _world.Run();
        Assert.Single(_world.Finished);
        Assert.Equal(100, _world.Asked.Count);
    }

    [Fact]
    public void Who_was_late_is_known_to_be_slow_and_asked_all_the_same()
    {
        _world.Offers = (transfer, _) => transfer.Value == 2 ? [Friend(1)] : [Friend(1), Friend(2)];
        _world.Link(1, 1).BytesPerSecond = 20e6;
        _world.Link(2, 2).BytesPerSecond = 50e3;
        _world.Download(1, ScriptedWorld.File(1, 100L * Mib));
        _world.Run();
        Assert.True(_world.Cancels > 0);
        // Compared with one that is busy.
        _world.Download(2, ScriptedWorld.File(2, 1000L * Mib));
        _world.Run(0.2);
        _world.Download(3, ScriptedWorld.File(3, 1000L * Mib));
        _world.Run(0.1);
        // At once, since being slow is no fault, and one at a time.
        Assert.Single(_world.Asked, one => one is { Transfer.Value: 3, Link.Value: 2 });
    }

    [Fact]
    public void Who_becomes_slow_is_asked_for_one_run_at_a_time()
    {
        _world.Link(1, 1).BytesPerSecond = 20e6;
        var slower = _world.Link(2, 2);
        slower.BytesPerSecond = 20e6;
        _world.Download(1, ScriptedWorld.File(1, 20_000L * Mib));
        _world.Run(2);
        Assert.InRange(Owed(2), 2, 8);
        slower.BytesPerSecond = 500e3;
        _world.Run(200);
        Assert.Equal((1, 0), (Owed(2), _world.Cancels));
    }

    [Fact]
    public void Who_is_slow_for_a_moment_keeps_its_window()
    {
        _world.Link(1, 1).BytesPerSecond = 20e6;
        var faltering = _world.Link(2, 2);
        faltering.BytesPerSecond = 20e6;
        _world.Download(1, ScriptedWorld.File(1, 20_000L * Mib));
        _world.Run(2);
        faltering.BytesPerSecond = 500e3;
        _world.In(1, () => faltering.BytesPerSecond = 20e6);
        var end = _world.Now + TimeSpan.FromSeconds(5);
        var before = _world.Stored.Count;
        var least = int.MaxValue;
        while (_world.Step(end))
            least = Math.Min(least, Owed(2));
        Assert.InRange(least, 2, 8);
        Assert.InRange(_world.Stored.Count - before, 120, 200);
    }

    private static FriendId Friend(int number) => ScriptedWorld.Friend(number);

    private int Owed(int link) =>
        _world.Asked.Count(one => one.Link.Value == link)
        - _world.Stored.Count(one => one.Link.Value == link);

    private void RunUntil(Func<bool> isSo)
    {
        while (!isSo())
            Assert.True(_world.Step());
    }
}
