using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Budgets;

/// <summary>Laws of the upload limits, over virtual time.</summary>
public sealed class UploadTurnsTests
{
    private const long Rate = 20_000_000;
    private const long Burst = (Rate / Limits.BurstsInSecond) + Limits.UploadPieceBytesMax;
    private readonly UploadTurns _turns = new(new Instant(0));
    private readonly Random _random = new(7);
    private readonly List<(Instant At, long Bytes)> _sent = [];
    private readonly Dictionary<UploadTurn, long> _bytes = [];
    private readonly HashSet<UploadTurn> _busy = [];
    private readonly HashSet<UploadTurn> _relayed = [];
    private Instant _now = new(0);

    [Theory]
    [InlineData(50_000)]
    [InlineData(1_000_000)]
    [InlineData(Rate)]
    [InlineData(700_000_000)]
    public void NoMoreThanTheLimitGoesInAnySecondAndHardlyLess(long rate)
    {
        _turns.Set(new Rates(rate, null), _now);
        Busy(Link(1));
        Busy(Link(2));
        Run(seconds: 10);

        var bytesMax = rate + Math.Max(rate / Limits.BurstsInSecond, 4096);
        for (int first = 0, last = 0; last < _sent.Count; last++)
        {
            while (_sent[last].At - _sent[first].At >= TimeSpan.FromSeconds(1))
            {
                first++;
            }

            Assert.InRange(_sent[first..(last + 1)].Sum(one => one.Bytes), 0, bytesMax);
        }

        Assert.InRange(_sent.Sum(one => one.Bytes), rate * 10 * 0.98, (rate * 10.06) + 4096);
    }

    [Fact]
    public void FriendsGetTheSameHoweverManyLinksTheyHave()
    {
        _turns.Set(new Rates(Rate, null), _now);
        var friends = Enumerable.Range(1, 20).Select(Link).ToArray();
        var second = Link(1);
        Array.ForEach([.. friends, second], Busy);
        Run(seconds: 5);

        var share = Rate * 5 / 20;
        Assert.InRange(_bytes[friends[0]] + _bytes[second], share * 0.95, share * 1.05);
        Assert.All(friends[1..], one => Assert.InRange(_bytes[one], share * 0.95, share * 1.05));
    }

    [Fact]
    public void WhatOneLeavesGoesToTheOthers()
    {
        var low = Friend(1);
        _turns.Set(
            new Rates(Rate, 15_000_000)
            {
                Others = new Dictionary<FriendId, long?> { [low] = 2_000_000, [Friend(4)] = null },
            },
            _now
        );
        var links = Enumerable.Range(1, 3).Select(Link).ToArray();
        Array.ForEach(links, Busy);
        Run(seconds: 5);
        Assert.InRange(_bytes[links[0]], 2_000_000 * 5 * 0.95, 2_000_000 * 5 * 1.06);
        Assert.InRange(_bytes[links[1]], 9_000_000 * 5 * 0.95, 9_000_000 * 5 * 1.06);

        // One stops; the other meets its own limit.
        _busy.Remove(links[2]);
        _turns.Return(links[2], _now);
        _bytes.Clear();
        Run(seconds: 5);
        Assert.InRange(_bytes[links[1]], 15_000_000 * 5 * 0.95, 15_000_000 * 5 * 1.06);
    }

    [Fact]
    public void OwnBytesGoBeforeRelayedOnesButDoNotShutThemOut()
    {
        _turns.Set(new Rates(Rate, null), _now);
        var (own, other, relayed) = (Link(1), Link(2), Link(3));
        _relayed.Add(relayed);
        Array.ForEach([own, other, relayed], Busy);
        Run(seconds: 5);
        var part = (double)_bytes[relayed] / (_bytes[own] + _bytes[other] + _bytes[relayed]);
        Assert.InRange(part, 0.9 / (Limits.BulkBurstMax + 1), 1.1 / (Limits.BulkBurstMax + 1));

        Array.ForEach([own, other], one => _turns.Return(one, _now));
        _busy.ExceptWith([own, other]);
        _bytes.Clear();
        Run(seconds: 5);
        Assert.InRange(_bytes[relayed], Rate * 5 * 0.95, Rate * 5 * 1.06);
    }

    [Fact]
    public void WhatIsNotHeldIsCharged()
    {
        _turns.Set(new Rates(Rate, null), _now);
        var link = Link(1);
        _turns.Charge(link, Rate * 3, _now);
        Busy(link);
        Run(seconds: 5);
        Assert.InRange(_bytes[link], Rate * 2 * 0.95, (Rate * 2) + Burst);
    }

    [Fact]
    public void AnotherLimitHoldsAtOnce()
    {
        var link = Link(1);
        Assert.True(link.IsFree);
        _turns.Set(new Rates(0, null), _now);
        Assert.False(link.IsFree);
        Busy(link);
        Run(seconds: 100);
        Assert.Empty(_sent);

        _turns.Set(new Rates(null, Rate), _now);
        Run(seconds: 2);
        Assert.InRange(_bytes[link], Rate * 2 * 0.95, (Rate * 2) + Burst);

        _turns.Set(Rates.Unlimited, _now);
        Assert.True(link.IsFree);
    }

    [Fact]
    public void WhatALinkDidNotUseIsNotLost()
    {
        _turns.Set(new Rates(Rate, null), _now);
        var link = Link(1);
        Busy(link);
        _turns.Give(_now, []);
        Assert.Equal(Rate / Limits.UploadPiecesInSecond, link.Left);
        _turns.Remove(link, _now);
        Assert.Equal((0, 0), (link.Left, _turns.Charged));
        Assert.Null(_turns.Deadline(_now));
    }

    private static FriendId Friend(int number) =>
        FriendId.Of([.. Enumerable.Repeat((byte)number, 32)]);

    private UploadTurn Link(int friend) => _turns.Add(Friend(friend), _now);

    private void Busy(UploadTurn link)
    {
        _busy.Add(link);
        _turns.Want(link, isOwn: !_relayed.Contains(link));
    }

    /// <summary>Busy links send at once all they are given; whoever gives may be late.</summary>
    private void Run(int seconds)
    {
        var end = _now + TimeSpan.FromSeconds(seconds);
        var given = new List<UploadTurn>();
        while (true)
        {
            given.Clear();
            _turns.Give(_now, given);
            foreach (var link in given)
            {
                var bytes = link.Left;
                link.Use(bytes);
                _sent.Add((_now, bytes));
                _bytes[link] = _bytes.GetValueOrDefault(link) + bytes;
                Busy(link);
            }

            var next = _turns.Deadline(_now) ?? end;
            var late = TimeSpan.FromMicroseconds(_random.Next(20) == 0 ? 20_000 : 1_000);
            next = given.Count > 0 || next <= _now ? next : next + late;
            if (next >= end)
            {
                _now = end;
                return;
            }

            _now = next;
        }
    }
}
