using FriendNet.Node.Api;
using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.Node.Api;

public sealed class ReachTests
{
    private static readonly ReachedFriend[] Friends =
    [
        new("Bob", true, 10, 100),
        new("Carol", false, 20, 200),
        new("Dave", true, 0, 0),
    ];

    [Fact]
    public void EveryFigureIsCounted()
    {
        var reach = ReachCount.Of(
            Friends,
            [
                new(1, 10, 86_400 * 3, [0]),
                new(2, 20, 86_400 * 2, [0, 1]),
                new(4, 40, 86_400 * 4, [1]),
                new(8, 80, 86_400 * 5, [0, 1]),
            ]
        );

        Assert.Equal(new ReachRing(3, 2, 30, 300), reach.One);
        // The third is behind Carol alone, who is offline.
        Assert.Equal(new ReachRing(4, 3, 15, 150), reach.Two);
        Assert.Equal(
            [
                new ReachFriend("Bob", 3, 1, 11, 110, 1),
                new ReachFriend("Carol", 3, 1, 14, 140, 4),
                new ReachFriend("Dave", 0, 0, 0, 0, 0),
            ],
            reach.Friends
        );
        Assert.Equal([new ReachPair("Bob", "Carol", 2)], reach.Overlaps);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddDays(2), reach.Oldest);
    }

    [Fact]
    public void NobodyIsNoFigure()
    {
        var reach = ReachCount.Of([], []);

        Assert.Equal(new ReachRing(0, 0, 0, 0), reach.One);
        Assert.Equal(reach.One, reach.Two);
        Assert.Empty(reach.Overlaps);
        Assert.Null(reach.Oldest);
    }

    [Fact]
    public void HeadsThatExaggerateBreakNothing()
    {
        ReachedCircle boast = new(100_000, long.MaxValue, (1L << 40) - 1, [0, 1, 2]);

        var reach = ReachCount.Of(Friends, [boast, boast, boast]);

        Assert.Equal(long.MaxValue, reach.Two.Bytes);
        Assert.Equal(300_000, reach.Two.Files);
        Assert.Equal(9999, reach.Oldest!.Value.Year);
        Assert.Equal(3, reach.Overlaps.Count);
    }

    [Fact]
    public void TheLargestFiftyOverlapsAreTold()
    {
        ReachedFriend[] friends =
        [
            .. Enumerable.Range(0, 20).Select(i => new ReachedFriend($"F{i:D2}", true, 0, 0)),
        ];
        // Friends i and j lead to min(i, j) people both.
        ReachedCircle[] circles =
        [
            .. Enumerable
                .Range(0, 130)
                .Select(c => new ReachedCircle(
                    1,
                    1,
                    0,
                    [.. Enumerable.Range((c % 20) + 1, 19 - (c % 20))]
                )),
        ];

        var reach = ReachCount.Of(friends, circles);

        Assert.Equal(50, reach.Overlaps.Count);
        Assert.Equal(new ReachPair("F18", "F19", Common(18, 19)), reach.Overlaps[0]);
        Assert.All(reach.Overlaps, pair => Assert.True(pair.Common >= reach.Overlaps[^1].Common));

        int Common(int one, int other) =>
            circles.Count(circle => circle.Friends.Contains(one) && circle.Friends.Contains(other));
    }
}
