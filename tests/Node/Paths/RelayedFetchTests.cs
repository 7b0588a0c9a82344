using FriendNet.Node.Downloads;
using FriendNet.Node.Links;
using FriendNet.Node.Paths;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Node.Links;
using Xunit;

namespace FriendNet.Tests.Node.Paths;

public sealed class RelayedFetchTests : IDisposable
{
    private const int LargeBytes = (96 << 20) + 77;
    private readonly Publisher _publisher = new();
    private readonly string _capture = Path.GetTempFileName();
    private readonly PathNode _near;
    private readonly PathNode _far;

    public RelayedFetchTests()
    {
        _near = new PathNode("Alice", _publisher);
        _far = new PathNode("Erin", _publisher, isOwner: true)
        {
            IsServed = friend => friend is null,
        };
        _near.Sources = [SourceId.Of(_publisher.Id)];
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
        File.Delete(_capture);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_000)]
    [InlineData((5 << 20) + 77)]
    public void AFriendOfAFriendDelivers(int bytes)
    {
        using var relay = Between("Bob");
        var (id, content) = _far.Share("song", bytes);
        Assert.Equal(content, _near.Get(id, "got"));
    }

    [Fact]
    public void TheRelaySeesNoByteOfIt()
    {
        using (var tap = new RelayTap(_capture, Assert.Fail))
        using (Between("Bob", tap))
        {
            var (id, content) = _far.Share("song", 3 << 20);
            Assert.Equal(content, _near.Get(id, "got"));
        }

        var seen = File.ReadAllBytes(_capture);
        var original = File.ReadAllBytes(_near.Home.At("got"));
        Assert.InRange(seen.Length, original.Length, original.Length * 2);
        // A sample every 4 KiB at an odd place; the same search finds them all at home.
        for (var at = 13; at + 16 < original.Length; at += 4096)
        {
            var sample = original.AsSpan(at, 16);
            Assert.Equal(at, original.AsSpan().IndexOf(sample));
            Assert.Equal(-1, seen.AsSpan().IndexOf(sample));
        }
    }

    [Fact]
    public async Task WhatStallsOnItsWayToAStrangerIsCountedAsTheirs()
    {
        using var relay = Between("Bob");
        var (id, content) = _far.Share("song", 20 << 20);
        using var uploads = _far.Side.Our.Uploads;
        uploads.Set(new Rates(0, null));
        var transfer = _near.Start(id, "got");
        Wait.Until(() => _far.Blocks.HeldForPaths > 0);
        Assert.InRange(_far.Blocks.Held, 1, _far.Blocks.HeldForPaths);
        uploads.Set(Rates.Unlimited);
        var cancel = TestContext.Current.CancellationToken;
        await _near.Downloads.WhenEnded(transfer)!.WaitAsync(Side.Patience * 2, cancel);
        Assert.Equal(content, await File.ReadAllBytesAsync(_near.Home.At("got"), cancel));
        Wait.Until(() => _far.Blocks.Held == 0);
    }

    [Fact]
    public void TwoRelaysCarryAtOnce()
    {
        using var bob = Between("Bob");
        using var carol = Between("Carol");
        var (id, content) = _far.Share("song", LargeBytes);
        Assert.Equal(content, _near.Get(id, "got"));
        var paths = Paths(_near);
        Assert.Equal(2, paths.Length);
        Assert.All(paths, path => Assert.True(path.Status.BytesIn > LargeBytes / 10));
    }

    [Fact]
    public async Task ARelayThatGoesAwayIsDoneWithout()
    {
        using var bob = Between("Bob");
        var (id, content) = _far.Share("song", LargeBytes);
        TransferId transfer;
        using (Between("Carol"))
        {
            transfer = _near.Start(id, "got");
            Wait.Until(() => Paths(_near).Count(path => path.Status.BytesIn > 1 << 20) == 2);
        }

        var cancel = TestContext.Current.CancellationToken;
        await _near.Downloads.WhenEnded(transfer)!.WaitAsync(Side.Patience * 2, cancel);
        Assert.Equal(content, await File.ReadAllBytesAsync(_near.Home.At("got"), cancel));
    }

    [Fact]
    public async Task ARelayThatChangesBytesBreaksItsPathsAndNobodyIsBlamed()
    {
        // No run passes it whole.
        var meddler = new Meddler(every: 400_000);
        using var tap = new RelayTap(meddler, Assert.Fail);
        using var bob = Between("Bob", tap);
        var (id, content) = _far.Share("song", 24 << 20);
        var transfer = _near.Start(id, "got");
        // It was tried again after it had failed, and failed again.
        Wait.Until(() => meddler.Times >= 5);
        var now = _near.Downloads.Find(transfer)!;
        Assert.Equal((TransferState.Running, 0), (now.Row.State, now.BytesStored));
        var friend = _near.Links.Single(link => !link.IsPath);

        using var carol = Between("Carol");
        var cancel = TestContext.Current.CancellationToken;
        await _near.Downloads.WhenEnded(transfer)!.WaitAsync(Side.Patience * 2, cancel);
        Assert.Equal(content, await File.ReadAllBytesAsync(_near.Home.At("got"), cancel));
        Assert.Empty(_near.Downloads.Find(transfer)!.Blamed);
        // The friendship has nothing to do with it.
        Assert.Same(friend, _near.Side.Our.Links.Find(bob.Side.Id));
    }

    private static Link[] Paths(PathNode node) => [.. node.Links.Where(link => link.IsPath)];

    private PathNode Between(string name, RelayTap? tap = null)
    {
        var relay = new PathNode(name, _publisher, tap: tap);
        _near.Meet(relay);
        relay.Meet(_far);
        relay.Hears(_far, 1);
        _near.Hears(relay, 2);
        return relay;
    }
}
