using FriendNet.Node.Shares;
using Xunit;

namespace FriendNet.Tests.Node.Shares;

/// <summary>Files that are there and yet not as others.</summary>
public sealed class OddFilesTests : IDisposable
{
    private readonly IndexedHome _home = new();

    public void Dispose() => _home.Dispose();

    // The first is beyond what nanoseconds in 64 bits hold, as a broken clock leaves it.
    [Theory]
    [InlineData(9_999_999_999)]
    [InlineData(9_223_372_037)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-9_999_999_999)]
    public void FilesOfAnyTimeAreIndexed(long seconds)
    {
        var odd = _home.Write("odd", [1]);
        _home.Write("plain", [2]);
        File.SetLastWriteTimeUtc(odd, DateTime.UnixEpoch.AddSeconds(seconds));
        var status = _home.Open().Shares[0];
        Assert.Equal(["odd", "plain"], _home.Paths());
        Assert.Equal((0L, ""), (status.Errors, status.Sentence));
        Assert.NotNull(_home.Find(_home.Row("odd").Root, 1));
    }

    [Fact]
    public void TheHomeWithTheKeysIsLeftOutAlsoOnceItIsCalledAnother()
    {
        _home.Write("a", [1]);
        _home.Write("home/identity.key", [2]);
        _home.Open();
        Assert.Equal(["a"], _home.Paths());
        Directory.Move(_home.At("share/home"), _home.At("share/moved"));
        _home.Rescan();
        Assert.Equal(["a"], _home.Paths());
        // One that was restored in its place holds keys, too.
        _home.Write("home/identity.key", [3]);
        _home.Rescan();
        Assert.Equal(["a"], _home.Paths());
    }

    [Fact]
    public void WhatIsBeingFetchedIsIndexedWhenItIsComplete()
    {
        var file = _home.Write("a.friendnet-part", [1]);
        _home.Write("tree.friendnet-part/in/b", [2]);
        _home.Write("c", [3]);
        var status = _home.Open().Shares[0];
        Assert.Equal(["c"], _home.Paths());
        Assert.Equal((0L, ""), (status.Errors, status.Sentence));
        File.Move(file, _home.At("share/a"));
        Directory.Move(_home.At("share/tree.friendnet-part"), _home.At("share/tree"));
        _home.WaitFor(() => _home.Paths() is ["a", "c", "tree/in/b"]);
        File.Move(_home.At("share/c"), _home.At($"share/c{PartName.Suffix}"));
        _home.WaitFor(() => _home.Paths() is ["a", "tree/in/b"]);
    }
}
