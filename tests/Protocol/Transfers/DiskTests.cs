using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>
/// A disk that is slow, or does not answer, keeps neither the links nor transfers to another disk
/// waiting; and nobody is blamed for it.
/// </summary>
public sealed class DiskTests
{
    private const int Mib = 1024 * 1024;
    private readonly ScriptedWorld _world = new() { Offers = (_, _) => [ScriptedWorld.Friend(1)] };

    [Fact]
    public void What_one_disk_does_not_take_holds_up_no_transfer_to_another()
    {
        _world.DiskSeconds = transfer => transfer.Value == 1 ? null : 0;
        _world.Link(1, 1).BytesPerSecond = 20e6;
        _world.DownloadTo(1, 1, ScriptedWorld.File(1, 1000L * Mib));
        _world.Run(20);
        _world.DownloadTo(2, 2, ScriptedWorld.File(2, 100L * Mib));
        var begun = _world.Now;
        while (_world.Finished.Count == 0)
            Assert.True(_world.Step());
        Assert.InRange((_world.Now - begun).TotalSeconds, 5, 6);
        Assert.Equal([Effect.TransferWaits.Disk], _world.Waits);
        // Whoever sent all that was asked is not silent.
        Assert.Equal((0, false), (_world.Cancels, _world.Scheduler.Withholds(new LinkId(1))));
        // What is underway for it is bounded, also over the time of others.
        Assert.InRange(_world.Asked.Count(one => one.Transfer.Value == 1), 1, 48);
    }

    /// <summary>It is known to be quick, and somebody else who has it has nothing to do.
    /// </summary>
    [Fact]
    public void Who_sent_all_before_the_disk_hung_is_not_called_silent()
    {
        _world.Offers = (_, _) => [ScriptedWorld.Friend(1), ScriptedWorld.Friend(2)];
        _world.DiskSeconds = transfer => transfer.Value == 1 ? 60 : 0;
        _world.Link(1, 1).BytesPerSecond = 20e6;
        _world.DownloadTo(2, 2, ScriptedWorld.File(2, 100L * Mib));
        _world.Run();
        _world.DownloadTo(1, 1, ScriptedWorld.File(1, 8L * Mib));
        _world.Run(1);
        _world.Link(2, 2).BytesPerSecond = 20e6;
        _world.Run();
        Assert.Equal((2, 108, 0), (_world.Finished.Count, _world.Asked.Count, _world.Cancels));
    }

    [Fact]
    public void Transfers_to_that_disk_wait_together_and_go_on_when_it_does()
    {
        var isHung = true;
        _world.DiskSeconds = _ => isHung ? 30 : 0;
        _world.Link(1, 1).BytesPerSecond = 20e6;
        _world.DownloadTo(1, 1, ScriptedWorld.File(1, 200L * Mib));
        _world.Run(5);
        _world.DownloadTo(1, 2, ScriptedWorld.File(2, 200L * Mib));
        _world.Run(5);
        Assert.DoesNotContain(_world.Asked, one => one.Transfer.Value == 2);
        isHung = false;
        _world.Run();
        Assert.Equal((2, 400), (_world.Finished.Count, _world.Asked.Count));
        // 30 s for what it took first, and 20 s for the rest.
        Assert.InRange((_world.Now - new Instant(1_000_000)).TotalSeconds, 45, 55);
    }

    [Fact]
    public void A_slow_disk_has_half_of_a_window_and_no_more()
    {
        _world.DiskSeconds = transfer => transfer.Value == 1 ? 2 : 0;
        var link = _world.Link(1, 1);
        // So that a window is what makes the rate: one fetch at a time does 5 MB/s.
        (link.BytesPerSecond, link.DelaySeconds) = (50e6, 0.2);
        _world.DownloadTo(1, 1, ScriptedWorld.File(1, 1000L * Mib));
        _world.Run(20);
        _world.DownloadTo(2, 2, ScriptedWorld.File(2, 500L * Mib));
        var begun = _world.Now;
        while (_world.Finished.Count == 0)
            Assert.True(_world.Step());
        Assert.InRange((_world.Now - begun).TotalSeconds, 10, 20);
    }
}
