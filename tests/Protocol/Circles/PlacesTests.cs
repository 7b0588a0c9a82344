using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;
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

    // The flooder offers what it likes, also what the others offer, and takes it back.
    [Fact]
    public void WhatWasToldOfAnEqualPartStaysTold()
    {
        for (var seed = 1; seed <= 12; seed++)
            new PlacesTests().RunLaw(new Random(seed));
    }

    private void RunLaw(Random random)
    {
        var honest = random.Next(1, 4);
        var kept = new List<SignedHead>();
        for (var friend = 0; friend <= honest; friend++)
        {
            if (friend == Flooder)
                continue;
            // Both of an equal part of all entries, and of an equal part of all heads.
            var part = EntriesShared / (honest + 1);
            var entries = random.Next(1, 2000);
            var heads = ThreeEngines.Made(
                part / Math.Max(98, entries),
                entries,
                areLow: false,
                skip: kept.Count
            );
            kept.AddRange(heads);
            _world.Tell(friend, heads);
        }

        Assert.All(kept, head => Assert.Contains(head.Pseudonym, _world.Told));
        var lost = 0;
        _world.Gone = id => lost += kept.Exists(head => head.Pseudonym == id) ? 1 : 0;
        for (var round = 0; round < 4; round++)
        {
            var entries = (int)Math.Exp(random.NextDouble() * Math.Log(100_000));
            var heads = ThreeEngines.Made(random.Next(1, 3000), entries, areLow: true);
            heads.AddRange(kept.Where(_ => random.Next(4) == 0));
            _world.Tell(Flooder, heads, encoded: random.Next(2) * 30_000_000L);
            if (random.Next(2) == 0)
                _world.TakeBack(Flooder, heads.Where(_ => random.Next(2) == 0));
            Assert.All(kept, head => Assert.Contains(head.Pseudonym, _world.Told));
        }

        // Not even for a moment.
        Assert.Equal(0, lost);
        var shared = _world.Told.Values.Sum(head => Math.Max(98L, head.Head.Content.Entries));
        Assert.InRange(shared, 0, EntriesShared);
    }
}
