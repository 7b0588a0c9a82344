using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

/// <summary>Who sent wrong bytes for one transfer is asked last for others, for a time.</summary>
public sealed class GuiltTests
{
    private const int Mib = 1024 * 1024;
    private const int Runs = 300;
    private readonly ScriptedWorld _world = new();
    private bool _lies;
    private int _transfers;

    public GuiltTests()
    {
        _world.Offers = (_, _) => [ScriptedWorld.Friend(1), ScriptedWorld.Friend(2)];
        var liar = _world.Link(1, 1);
        liar.BytesPerSecond = 20e6;
        liar.Fail = _ => _lies ? SliceFailure.Corrupt : null;
    }

    [Fact]
    public void Many_wrong_files_at_once_are_one_offence()
    {
        Honest();
        Lie();
        Assert.Equal(0, ShareOfLiar());
        Pass(Limits.GuiltSecondsMin + 1);
        Assert.InRange(ShareOfLiar(), Runs / 4, Runs * 3 / 4);
    }

    [Fact]
    public void Each_time_it_lasts_twice_as_long()
    {
        Honest();
        Lie();
        Pass(Limits.GuiltSecondsMin + 1);
        Lie();
        Pass(Limits.GuiltSecondsMin + 1);
        Assert.Equal(0, ShareOfLiar());
        Pass(Limits.GuiltSecondsMin + 1);
        Assert.InRange(ShareOfLiar(), Runs / 4, Runs * 3 / 4);
    }

    [Fact]
    public void Where_nobody_else_has_it_it_is_asked_one_fetch_at_a_time()
    {
        _lies = true;
        _world.Download(++_transfers, ScriptedWorld.File(1, Mib));
        _world.Run(2);
        Assert.Single(_world.Blames);
        _lies = false;
        _world.Download(++_transfers, ScriptedWorld.File(2, 20L * Mib));
        _world.Run(20);
        Assert.Equal(2, Assert.Single(_world.Finished).Value);
        Assert.Equal(1, _world.MostUnderway);
        // What it lied about waits for somebody else, for ever.
        _world.Run(3 * 24 * 3600);
        Assert.Single(_world.Asked, one => one.Transfer.Value == 1);
    }

    private void Honest() => _world.Link(2, 2).BytesPerSecond = 20e6;

    private void Lie()
    {
        _lies = true;
        var first = (_transfers + 1) * 1000;
        _world.Download(
            ++_transfers,
            [.. Enumerable.Range(first, 640).Select(file => ScriptedWorld.File(file, 100))]
        );
        _world.Run();
        _lies = false;
        Assert.True(_world.Blames.Count(blame => blame.Transfer.Value == _transfers) > 10);
    }

    private int ShareOfLiar()
    {
        _world.Download(++_transfers, ScriptedWorld.File(_transfers * 1000, Runs * (long)Mib));
        _world.Run();
        return _world.Stored.Count(one => one.Transfer.Value == _transfers && one.Link.Value == 1);
    }

    private void Pass(double seconds)
    {
        var isOver = false;
        _world.In(seconds, () => isOver = true);
        while (!isOver && _world.Step()) { }

        Assert.True(isOver);
    }
}
