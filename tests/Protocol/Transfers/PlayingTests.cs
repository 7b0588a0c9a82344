using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>A film plays on while quick and slow friends bring it, in virtual time.</summary>
public sealed class PlayingTests
{
    private const int Mib = 1024 * 1024;
    private readonly ScriptedWorld _world = new() { Offers = (_, _) => [Friend(1), Friend(2)] };

    [Theory]
    [InlineData(2e6, 100e3)]
    [InlineData(2e6, 300e3)]
    [InlineData(2e6, 20e3)]
    [InlineData(1.2e6, 300e3)]
    [InlineData(1.1e6, 400e3)]
    public void A_slow_friend_does_not_stop_the_film_again_and_again(double quick, double slow)
    {
        _world.Link(1, 1).BytesPerSecond = quick;
        _world.Link(2, 2).BytesPerSecond = slow;
        var stalls = Play(0, 120);
        // Until both are measured it may wait for the wrong one.
        Assert.InRange(stalls.Take(10).Sum(), 0, 6);
        Assert.InRange(stalls.Skip(10).Sum(), 0, 0.1);
        Assert.Contains(_world.Stored, one => one.Link.Value == 2);
    }

    [Fact]
    public void Several_slow_friends_that_know_the_film_do_not_stop_it_either()
    {
        _world.Offers = (_, _) => Enumerable.Range(1, 5).Select(Friend);
        _world.Link(1, 1).BytesPerSecond = 2e6;
        for (var link = 2; link <= 5; link++)
            _world.Link(link, link).BytesPerSecond = 50e3;
        _world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        _world.Run(60);
        Assert.InRange(Play(300, 120).Skip(1).Sum(), 0, 0.1);
    }

    [Fact]
    public void What_a_slow_friend_owes_is_asked_of_a_quick_one_when_a_reader_comes_to_it()
    {
        _world.Link(1, 1).BytesPerSecond = 2e6;
        _world.Link(2, 2).BytesPerSecond = 20e3;
        _world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        _world.Run(60);
        var owed = _world.Asked.Last(one => one.Link.Value == 2);
        Assert.DoesNotContain(owed, _world.Stored);
        var stall = Assert.Single(Play(owed.Slice.Run, 1));
        Assert.InRange(stall, 0, 2);
        var copies = _world.Asked.Where(one => one.Slice == owed.Slice);
        Assert.Equal([2, 1], copies.Select(one => one.Link.Value));
        // The slow copy is given up.
        _world.Run(60);
        Assert.Single(_world.Stored, one => one.Slice == owed.Slice);
    }

    [Fact]
    public void Equals_bring_no_run_twice()
    {
        _world.Link(1, 1).BytesPerSecond = 2e6;
        _world.Link(2, 2).BytesPerSecond = 2e6;
        Play(0, 120);
        Assert.Distinct(_world.Asked);
        Assert.Equal(0, _world.Cancels);
    }

    /// <summary>
    /// Neither is enough alone. The slower one is asked for what is wanted later, else most that
    /// it brings would be asked again.
    /// </summary>
    [Fact]
    public void What_a_slower_friend_brings_is_of_use_to_a_film_that_needs_both()
    {
        _world.Link(1, 1).BytesPerSecond = 2e6;
        _world.Link(2, 2).BytesPerSecond = 300e3;
        Assert.InRange(Play(0, 240, film: 2.1e6).Skip(10).Sum(), 0, 0.1);
        Assert.InRange(_world.Cancels, 0, 45);
    }

    /// <summary>Seconds that it stood still for each run.</summary>
    private List<double> Play(int from, int runs, double film = 1e6)
    {
        var window = (int)(film * Limits.ReadAheadSeconds / Mib);
        if (_world.Files.Count == 0)
            _world.Download(1, ScriptedWorld.File(1, 500L * Mib));
        _world.SayProgressEach(0.5);
        List<double> stalls = [];
        for (var run = from; run < from + runs; run++)
        {
            var wanted = _world.Now;
            _world.Input(new Input.ReadAhead(new(1), new(1), 0, run, window));
            RunUntil(() => _world.Stored.Exists(one => one.Slice.Run == run));
            stalls.Add((_world.Now - wanted).TotalSeconds);
            var isPlayed = false;
            _world.In(Mib / film, () => isPlayed = true);
            RunUntil(() => isPlayed);
        }

        return stalls;
    }

    private void RunUntil(Func<bool> isSo)
    {
        while (!isSo())
            Assert.True(_world.Step());
    }

    private static FriendId Friend(int number) => ScriptedWorld.Friend(number);
}
