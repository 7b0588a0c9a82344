using System.Diagnostics;
using FriendNet.Node.Downloads;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>On a small file system in memory; skipped where mounting is not allowed.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int Mib = 1024 * 1024;
    private readonly string _home = Directory.CreateTempSubdirectory("friendnet").FullName;
    private readonly string _disk;

    public FullDiskTests()
    {
        _disk = Directory.CreateDirectory(Path.Join(_home, "disk")).FullName;
        var isMounted = Run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", _disk);
        Assert.SkipUnless(isMounted, "Mounting a small tmpfs needs rights that are missing here.");
    }

    public void Dispose()
    {
        Run("umount", _disk);
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public void A_disk_that_fills_up_midway_stops_it_and_it_goes_on_with_room()
    {
        var friend = new MemoryFriend();
        var files = Enumerable.Range(0, 100).Select(i => Bytes(100_000, i)).ToArray();
        var filler = Path.Join(_disk, "filler");
        friend.Before = _ =>
        {
            if (friend.SlicesSent == 10)
                File.WriteAllBytes(filler, new byte[10 * Mib]);
        };
        using var node = new OneNode(_home, friend);
        var offered = files.Select((f, i) => new OfferedFile($"f{i}", friend.Add(f))).ToArray();
        var id = node.Downloader.StartFolder("tree", offered, _disk);
        var end = node.WaitFor(id);
        Assert.Equal(TransferState.Paused, end.State);
        Assert.Contains("disk is full", end.Why, StringComparison.Ordinal);
        File.Delete(filler);
        friend.Before = null;
        Assert.True(node.Downloader.Resume(id));
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        for (var i = 0; i < files.Length; i++)
            Assert.Equal(files[i], File.ReadAllBytes(Path.Join(_disk, "tree", $"f{i}")));
    }

    [Fact]
    public void Without_direct_access_a_file_takes_the_plain_way()
    {
        var friend = new MemoryFriend();
        using var node = new OneNode(_home, friend);
        var bytes = Bytes((5 * Mib) + 5, 1);
        var id = node.Downloader.StartFile("a", friend.Add(bytes), _disk);
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.Equal(bytes, File.ReadAllBytes(Path.Join(_disk, "a")));
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { UseShellExecute = false }
        )!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
