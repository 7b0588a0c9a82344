using FriendNet.Protocol.Bounds;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>
/// Who floods a friend does not take the places of others one hop further on. Friends
/// tell the node in the middle, and the third one is told by it.
/// </summary>
public sealed class PlacesTests
{
    private const int Flooder = 1;
    private const int EntriesShared = Limits.CircleEntriesPerFriendMax - Limits.CircleOwnEntriesMax;

    private readonly ThreeEngines _world = new();

    [Fact]
    public void KeysGroundToALowPrefixWinNothing()
    {
        var honest = ThreeEngines.Made(100, entries: 10, areLow: false);
        _world.Tell(0, honest);
        Assert.All(honest, head => Assert.Contains(head.Pseudonym, _world.Told));
        _world.Tell(
            Flooder,
            ThreeEngines.Made(Limits.HeadsPerFriendMax, entries: 10, areLow: true)
        );
        Assert.All(honest, head => Assert.Contains(head.Pseudonym, _world.Told));
        // What is left is the flooder's; and the third node never gets more than it keeps.
        Assert.InRange(_world.Told.Count, 4000, Limits.HeadsPerFriendMax);
    }

    [Fact]
    public void AFewHugeCatalogsDoNotFillTheThirdNodesQuota()
    {
        _world.Tell(Flooder, ThreeEngines.Made(5, entries: 100_000, areLow: true));
        var honest = ThreeEngines.Made(300, entries: 600, areLow: false);
        _world.Tell(0, honest);
        Assert.All(honest, head => Assert.Contains(head.Pseudonym, _world.Told));
        Assert.InRange(
            _world.Told.Values.Sum(head => (long)head.Head.Content.Entries),
            280_000,
            EntriesShared
        );
    }

    [Fact]
    public void WhoComesLateGetsItsPart()
    {
        _world.Tell(
            Flooder,
            ThreeEngines.Made(Limits.HeadsPerFriendMax, entries: 90, areLow: true)
        );
        var honest = ThreeEngines.Made(1, entries: 5, areLow: false);
        var begun = _world.Now;
        _world.Tell(0, honest);
        Assert.Contains(honest[0].Pseudonym, _world.Told);
        // Shared anew after one fold, told after another.
        Assert.InRange((_world.Now - begun).TotalSeconds, 0, 3);
    }
}
