using FriendNet.Node.Shares;
using Xunit;

namespace FriendNet.Tests.Node.Shares;

/// <summary>A share of terabytes is hashed; the others do not wait for it.</summary>
public sealed class ScanTurnsTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private readonly IndexedHome _home = new();
    private readonly AutoResetEvent _changed = new(false);
    private readonly ShareIndex _index;

    public ScanTurnsTests()
    {
        // Nothing but zeros, and hours of hashing: more of them than are handed in at once.
        foreach (var i in Enumerable.Range(0, 300))
        {
            using var film = File.Create(Path.Combine(_home.Share, $"film {i}"));
            film.SetLength(1L << 40);
        }

        File.WriteAllBytes(At("first"), [1]);
        File.SetLastWriteTimeUtc(At("first"), DateTime.UtcNow.AddHours(-1));
        _index = ShareIndex.Open(_home.Database, [_home.Music], new(), out _)!;
        _index.Changed += (_, _) => _changed.Set();
        WaitFor(() => _index.ProgressOf(1) is { BytesHashed: > 0 });
    }

    public void Dispose()
    {
        _index.Dispose();
        _changed.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void AnotherShareIsScannedAndFollowedMeanwhile()
    {
        _index.Add(new ShareFolder(2, "small", At("")));
        WaitFor(() => _index.Shares[1] is { IsIndexing: false, Files: 1 });
        File.WriteAllBytes(At("second"), [1, 2]);
        WaitFor(() => _index.Shares[1] is { IsIndexing: false, Files: 2, Bytes: 3 });
        Assert.Null(_index.ProgressOf(2));
        Assert.Equal(ShareState.Scanning, _index.Shares[0].State);
        Assert.NotNull(_index.ProgressOf(1));
    }

    [Fact]
    public void ItsRemovalEndsIt()
    {
        _index.Add(new ShareFolder(2, "small", At("")));
        _index.Remove(1);
        WaitFor(() => !_index.Indexing);
        Assert.Equal("small", Assert.Single(_index.Shares).Name);
        Assert.Null(_index.ProgressOf(1));
        Assert.Equal(
            ["first"],
            _index.InKeyOrder(new HashSet<int> { 1, 2 }).Select(one => one.Path)
        );
    }

    private string At(string name) =>
        Path.Combine(Directory.CreateDirectory(_home.At("small")).FullName, name);

    private void WaitFor(Func<bool> condition)
    {
        var end = DateTime.UtcNow + Bound;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "The index did not get there in a minute.");
            _changed.WaitOne(TimeSpan.FromMilliseconds(100));
        }
    }
}
