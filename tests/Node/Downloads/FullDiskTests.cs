using System.Diagnostics;
using FriendNet.Node.Downloads;
using FriendNet.Node.Failures;
using FriendNet.Node.Storage;
using FriendNet.Tests.Crypto;
using Microsoft.Data.Sqlite;
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
        var files = Enumerable.Range(0, 100).Select(i => SeededBytes.Of(100_000, i)).ToArray();
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
    public void A_full_disk_under_the_home_refuses_a_transfer_and_leaves_nothing_of_it()
    {
        var friend = new MemoryFriend();
        using var node = new OneNode(_disk, friend);
        var target = Directory.CreateDirectory(Path.Join(_home, "target")).FullName;
        var content = friend.Add(SeededBytes.Of(100_000, 1));
        OfferedFile[] folder = [new("b", content)];
        var filler = Filler();

        Refused(() => node.Downloader.StartFile("a", content, target));
        Refused(() => node.Downloader.StartFolder("t", folder, target));
        Assert.Empty(Directory.GetFileSystemEntries(target));
        Assert.Empty(node.Downloader.List());

        File.Delete(filler);
        var id = node.Downloader.StartFile("a", content, target);
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
    }

    [Fact]
    public void A_full_disk_under_the_home_stops_a_transfer_and_says_what_to_do()
    {
        var friend = new MemoryFriend();
        var filler = "";
        friend.Before = _ => filler = friend.SlicesSent == 0 ? Filler() : filler;
        using var node = new OneNode(_disk, friend);
        var target = Directory.CreateDirectory(Path.Join(_home, "target")).FullName;
        var bytes = SeededBytes.Of(3 * Mib, 1);
        var id = node.Downloader.StartFile("a", friend.Add(bytes), target);
        var end = node.WaitFor(id);
        Assert.Equal(TransferState.Paused, end.State);
        Assert.Contains("home is full: free some space", end.Why, StringComparison.Ordinal);

        File.Delete(filler);
        friend.Before = null;
        Assert.True(node.Downloader.Resume(id));
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.Equal(bytes, File.ReadAllBytes(Path.Join(target, "a")));
    }

    [Fact]
    public void Without_direct_access_a_file_takes_the_plain_way()
    {
        var friend = new MemoryFriend();
        using var node = new OneNode(_home, friend);
        var bytes = SeededBytes.Of((5 * Mib) + 5, 1);
        var id = node.Downloader.StartFile("a", friend.Add(bytes), _disk);
        Assert.Equal(TransferState.Done, node.WaitFor(id).State);
        Assert.Equal(bytes, File.ReadAllBytes(Path.Join(_disk, "a")));
    }

    private static void Refused(Action start) =>
        Assert.Equal(
            FailureKind.Disk,
            StorageFault.Told(Assert.Throws<SqliteException>(start))?.Kind
        );

    /// <summary>A file that takes all the room there is.</summary>
    private string Filler()
    {
        var filler = Path.Join(_disk, "filler");
        Assert.Throws<IOException>(() => File.WriteAllBytes(filler, new byte[20 * Mib]));
        return filler;
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
