using FriendNet.Node.Running;
using FriendNet.Protocol.Transfers;
using FriendNet.Tests.Node.Downloads;
using FriendNet.Tests.Node.Shares;
using Xunit;

namespace FriendNet.Tests.Node.Running;

public sealed class FetchedPartsTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("friendnet").FullName;

    [Fact]
    public void WhatIsSharedIsForItsAudienceAlone()
    {
        using var friend = new MemoryFriend();
        var (shared, mine) = (new byte[5000], new byte[6000]);
        new Random(1).NextBytes(shared);
        new Random(2).NextBytes(mine);
        var (sharedId, mineId) = (friend.Add(shared), friend.Add(mine));
        using var node = new OneNode(_home, friend);
        node.WaitFor(node.Downloader.StartFile("shared", sharedId, node.Destination));
        node.WaitFor(node.Downloader.StartFile("mine", mineId, node.Destination));
        using var home = new IndexedHome();
        File.WriteAllBytes(Path.Combine(home.Share, "again"), shared);
        home.Open();
        var parts = new FetchedParts(node.Downloader, home.Index);
        Assert.True(node.Downloader.Holds(sharedId));
        Assert.False(parts.Holds(sharedId));
        Assert.Null(parts.TryRead(new RunOfContent(sharedId, 0), new byte[5000]));
        Assert.True(parts.Holds(mineId));
        Assert.NotNull(parts.TryRead(new RunOfContent(mineId, 0), new byte[6000]));
        home.Close();
    }

    [Fact]
    public void SoIsWhatIsSharedAndNotInPlace()
    {
        using var friend = new MemoryFriend();
        var bytes = new byte[5000];
        new Random(1).NextBytes(bytes);
        var id = friend.Add(bytes);
        using var node = new OneNode(_home, friend);
        node.WaitFor(node.Downloader.StartFile("shared", id, node.Destination));
        using var home = new IndexedHome();
        var folder = Directory.CreateDirectory(home.At("disk/music")).FullName;
        File.WriteAllBytes(Path.Combine(folder, "again"), bytes);
        home.Open(home.Music with { Path = folder });
        var parts = new FetchedParts(node.Downloader, home.Index);
        // As a disk that is not mounted: what was on it stays shared.
        Directory.Move(home.At("disk"), home.At("elsewhere"));
        Assert.False(parts.Holds(id));
        Assert.Null(parts.TryRead(new RunOfContent(id, 0), new byte[5000]));
        home.Index.Remove(1);
        Assert.True(parts.Holds(id));
        home.Close();
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
