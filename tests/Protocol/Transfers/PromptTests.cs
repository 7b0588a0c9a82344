using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>Transfers that lack little do not wait for those that lack much.</summary>
public sealed class PromptTests
{
    private const long Mib = 1024 * 1024;
    private const int Large = 1;
    private readonly ScriptedWorld _world = new() { Offers = (_, _) => [Friend(1), Friend(2)] };

    [Theory]
    [InlineData(1024)]
    [InlineData(Limits.PromptBytesMax)]
    public void LittleIsAskedAtOnceAlthoughTheWindowIsFull(int bytes)
    {
        Fill(1);
        for (var number = 2; number < 30; number++)
        {
            _world.Download(number, ScriptedWorld.File(number, bytes));
            // The lookup takes 1 ms; one run at 20 MB/s 52 ms.
            _world.Run(0.002);
            Assert.Contains(_world.Asked, one => one.Transfer.Value == number);
            _world.Run(0.1);
            Assert.Equal(number - 1, _world.Finished.Count);
        }
    }

    [Fact]
    public void WhatIsNotLittleWaitsForAPlace()
    {
        Fill(1);
        _world.Download(2, ScriptedWorld.File(2, Limits.PromptBytesMax + 1));
        _world.Run(0.002);
        Assert.DoesNotContain(_world.Asked, one => one.Transfer.Value == 2);
        _world.Run(1);
        Assert.Contains(_world.Stored, one => one.Transfer.Value == 2);
    }

    [Fact]
    public void LittleHasABoundBesideTheWindow()
    {
        Fill(1);
        var before = Underway;
        Downloads(100);
        Assert.Equal(before + Limits.LinkPromptsMax, Underway);
    }

    [Fact]
    public void MassesOfLittleDoNotStopTheLarge()
    {
        Fill(1);
        var before = Stored(Large);
        for (var i = 0; i < 100; i++)
            _world.In(i * 0.1, () => Downloads(20));
        _world.Run(10);
        Assert.InRange(Stored(Large) - before, 100, 160);
    }

    [Fact]
    public void LittleTellsNothingOfTheRateOfALink()
    {
        _world.Offers = (_, _) => [Friend(1)];
        var how = _world.Link(1, 1);
        (how.BytesPerSecond, how.DelaySeconds) = (20e6, 0.0003);
        _world.Download(Large, ScriptedWorld.File(Large, 2000 * Mib));
        _world.Run(2);
        var window = _world.MostUnderway;
        for (var number = 2; number < 200; number++)
        {
            _world.Download(number, ScriptedWorld.File(number, 1000));
            _world.Run(0.0217);
        }

        Assert.InRange(_world.MostUnderway, window, window + Limits.LinkPromptsMax);
    }

    [Fact]
    public void LittleDoesNotMakeALongLinkLookShort()
    {
        _world.Offers = (_, _) => [Friend(1)];
        var how = _world.Link(1, 1);
        (how.BytesPerSecond, how.DelaySeconds) = (5e6, 0.4);
        var begin = _world.Now;
        _world.Download(Large, ScriptedWorld.File(Large, 2000 * Mib));
        for (var number = 2; number < 40; number++)
        {
            _world.Download(number, ScriptedWorld.File(number, 1000));
            _world.Run(0.5);
        }

        // All but the begin of what the line carries.
        var seconds = (_world.Now - begin).TotalSeconds;
        Assert.InRange(Stored(Large) * (double)Mib / 5e6, 0.9 * seconds, seconds);
    }

    [Fact]
    public void LittleIsAskedOfWhoAnswersSoonest()
    {
        for (var link = 1; link <= 3; link++)
            _world.Link(link, 1).DelaySeconds = link == 2 ? 0.01 : 0.1;
        _world.Download(Large, ScriptedWorld.File(Large, 100 * Mib));
        _world.Run();
        _world.Download(2, ScriptedWorld.File(2, 1000));
        _world.Run();
        Assert.Equal(2, Assert.Single(_world.Asked, one => one.Transfer.Value == 2).Link.Value);
    }

    [Fact]
    public void LittleIsAskedOfTheGuiltyLast()
    {
        var liar = _world.Link(1, 1);
        liar.DelaySeconds = 0.001;
        liar.Fail = _ => SliceFailure.Corrupt;
        _world.Link(2, 2);
        _world.Download(Large, ScriptedWorld.File(Large, 5 * Mib));
        _world.Run();
        Assert.NotEmpty(_world.Blames);
        liar.Fail = _ => null;
        _world.Download(2, ScriptedWorld.File(2, 1000));
        _world.Run();
        Assert.Equal(2, Assert.Single(_world.Asked, one => one.Transfer.Value == 2).Link.Value);
    }

    [Fact]
    public void WhoReadsLittleCancelsNothing()
    {
        Fill(1);
        _world.Input(new Input.ReadAhead(new(1), new(2), 0, 0, 1));
        _world.Download(2, ScriptedWorld.File(2, 1000));
        _world.Run(0.1);
        Assert.Contains(new TransferId(2), _world.Finished);
        Assert.Equal(0, _world.Cancels);
    }

    private int Underway => _world.Asked.Count - _world.Stored.Count;

    private static FriendId Friend(int number) => ScriptedWorld.Friend(number);

    private int Stored(int transfer) => _world.Stored.Count(one => one.Transfer.Value == transfer);

    /// <summary>A link whose window is full.</summary>
    private void Fill(int link)
    {
        _world.Link(link, link).BytesPerSecond = 20e6;
        if (link == 1)
            _world.Download(Large, ScriptedWorld.File(Large, 20_000 * Mib));
        _world.Run(2);
    }

    private void Downloads(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var number = _world.Files.Count + 1;
            _world.Download(number, ScriptedWorld.File(number, Limits.PromptBytesMax));
        }

        _world.Run(0.002);
    }
}
