using FriendNet.Node.Downloads;
using FriendNet.Protocol.Events;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>One destination does not answer: transfers to others go on.</summary>
public sealed class HungDiskTests : IDisposable
{
    private const int Mib = 1024 * 1024;
    private readonly string _home = Directory.CreateTempSubdirectory("friendnet").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void What_goes_to_another_disk_is_fetched_and_the_rest_when_it_answers_again()
    {
        using var disk = FrozenDisk.Mount(_home);
        var friend = new MemoryFriend();
        using var node = new OneNode(_home, friend);
        // So that the node, which ends first, does not wait for it.
        using var thaw = new Thawing(disk);
        var (a, b) = (SeededBytes.Of(30 * Mib, 1), SeededBytes.Of(30 * Mib, 2));
        friend.Before = run =>
        {
            if (friend.SlicesSent == 10)
                disk.Freeze();
        };
        var hung = node.Downloader.StartFile("a.bin", friend.Add(a), disk.Path);
        Wait(() => node.Downloader.Find(hung)!.Why == Effect.TransferWaits.Disk);
        var other = node.Downloader.StartFile("b.bin", friend.Add(b), node.Destination);
        Assert.Equal(TransferState.Done, node.WaitFor(other).State);
        Assert.Equal(b, File.ReadAllBytes(node.PathOf("b.bin")));
        Assert.Equal(TransferState.Running, node.Downloader.Find(hung)!.Row.State);

        disk.Thaw();
        Assert.Equal(TransferState.Done, node.WaitFor(hung).State);
        Assert.Equal(a, File.ReadAllBytes(Path.Join(disk.Path, "a.bin")));
        Assert.Equal(60, friend.SlicesSent);
    }

    private static void Wait(Func<bool> until) =>
        Assert.True(SpinWait.SpinUntil(until, TimeSpan.FromSeconds(30)));

    private sealed class Thawing(FrozenDisk disk) : IDisposable
    {
        public void Dispose() => disk.Thaw();
    }
}
