using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using Xunit;

namespace FriendNet.Tests.Protocol.Paths;

public sealed class ServedPathsTests
{
    private static readonly LinkId Bob = new(1);
    private static readonly LinkId Path = new(2);
    private readonly ServedPaths _served = new();
    private Instant _now = new(1_000_000);

    [Fact]
    public void LeavesAreAskedForSeldom()
    {
        Assert.True(_served.TryBegin(Bob));
        Assert.Equal(0, CountedOf(50));
        _served.HandleServed(Path, Bob);
        Assert.Equal(Limits.PathLeavesBurst, CountedOf(50));
        _now += TimeSpan.FromSeconds(2);
        Assert.Equal(2 * Limits.PathLeavesPerSecond, CountedOf(50));
        _served.HandleClosed(Path);
        _now += TimeSpan.FromSeconds(2);
        Assert.Equal(0, CountedOf(50));
    }

    private int CountedOf(int questions) =>
        Enumerable.Range(0, questions).Count(_ => _served.TryCountLeaves(Path, _now));
}
