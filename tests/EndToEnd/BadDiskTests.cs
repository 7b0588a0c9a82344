using System.Diagnostics;
using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// What files and disks do amid a transfer: one sentence, nothing lost, and it can go on.
/// </summary>
[Collection(EndToEndCollection.Name)]
public sealed class BadDiskTests
{
    private const int NotFoundCode = 4;
    private const int NoSourceCode = 5;
    private const int DiskCode = 6;

    [Fact]
    public async Task AFullDiskStopsATransferThatThenResumes()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var disk = SmallDisk.Mount(scratch.Folder("disk"), mebibytes: 24);
        scratch.File("films/short.mkv", 12 << 20);
        scratch.File("films/long.mkv", 40 << 20);
        using var pair = await FriendPair.Share(scratch, "films");

        var tooLong = pair.Bob.Call("get", await pair.Bob.Find("long.mkv"), "-o", disk.Path);
        tooLong.Refused(DiskCode);
        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));

        // The sharer stands still until the disk is full: so it is full amid the transfer.
        var id = await pair.Bob.Find("short.mkv");
        pair.Alice.Signal("STOP");
        pair.Bob.Ok("get", id, "-o", disk.Path, "--no-wait");
        var filler = Path.Combine(disk.Path, "filler");
        File.WriteAllBytes(filler, new byte[16 << 20]);
        pair.Alice.Signal("CONT");
        pair.Bob.Call("transfer", "watch", "1").Refused(DiskCode);

        File.Delete(filler);
        pair.Bob.Ok("transfer", "resume", "1");
        pair.Bob.Ok("transfer", "watch", "1");
        MainJobTests.Same(
            Path.Combine(scratch, "films", "short.mkv"),
            Path.Combine(disk.Path, "short.mkv")
        );
        Assert.Single(Directory.GetFileSystemEntries(disk.Path));
    }

    [Fact]
    public void AFullDiskUnderTheHomeIsSaid()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var disk = SmallDisk.Mount(scratch.Folder("disk"), mebibytes: 3);
        using var node = new LiveNode(disk.Path, "alice");
        node.Start();
        var filler = Path.Combine(disk.Path, "filler");
        Assert.Throws<IOException>(() => File.WriteAllBytes(filler, new byte[4 << 20]));
        node.Call("invite", "create").Refused(DiskCode);
        node.Call("share", "add", scratch.Folder("docs")).Refused(DiskCode);

        File.Delete(filler);
        node.Ok("invite", "create");
        node.Ok("share", "add", scratch.Folder("docs"));
    }

    [Fact]
    public async Task AFullDiskUnderTheHomeIsSaidByGet()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var disk = SmallDisk.Mount(scratch.Folder("disk"), mebibytes: 8);
        var source = scratch.File("docs/report.pdf", 100_000);
        using var pair = await FriendPair.Share(scratch, "docs", disk.Path);
        var id = await pair.Bob.Find("report.pdf");
        var target = scratch.Folder("target");
        var filler = Path.Combine(disk.Path, "filler");
        Assert.Throws<IOException>(() => File.WriteAllBytes(filler, new byte[9 << 20]));
        pair.Bob.Call("get", id, "-o", target).Refused(DiskCode);
        Assert.Empty(Directory.GetFileSystemEntries(target));

        File.Delete(filler);
        pair.Bob.Ok("get", id, "-o", target);
        MainJobTests.Same(source, Path.Combine(target, "report.pdf"));
    }

    [Fact]
    public void AFullDiskUnderTheIndexEndsTheRescan()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var disk = SmallDisk.Mount(scratch.Folder("disk"), mebibytes: 24);
        using var node = new LiveNode(disk.Path, "alice");
        node.Start();
        node.Ok("share", "add", scratch.Folder("docs"));
        var filler = Path.Combine(disk.Path, "filler");
        Assert.Throws<IOException>(() => File.WriteAllBytes(filler, new byte[32 << 20]));
        foreach (var i in Enumerable.Range(0, 3_000))
        {
            scratch.File($"docs/{i} {new string('x', 200)}", 1);
        }

        var rescan = node.Call("share", "rescan", "docs");
        rescan.Refused(DiskCode);
        Assert.Contains("index cannot be written", rescan.Error, StringComparison.Ordinal);
        Assert.Contains("index cannot", node.Ok("share", "list").Output, StringComparison.Ordinal);

        File.Delete(filler);
        node.Ok("share", "rescan", "docs");
    }

    [Fact]
    public async Task AFileThatChangesWhileItIsSentIsNotTakenForTheOldOne()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        var source = scratch.File("films/long.mkv", 128 << 20);
        using var pair = await FriendPair.Share(scratch, "films");
        var target = scratch.Folder("target");
        var old = await pair.Bob.Find("long.mkv");
        pair.Bob.Ok("get", old, "-o", target, "--no-wait");
        await pair.Bob.Until("/transfers/1", ContractJson.Default.Transfer, now => now.Done > 0);
        using (var file = File.OpenWrite(source))
        {
            file.Seek(-1000, SeekOrigin.End);
            file.Write("another ending"u8);
        }

        var ended = pair.Bob.Call("get", old, "-o", target, "--patience", "2");
        ended.Refused(ended.Code == NotFoundCode ? NotFoundCode : NoSourceCode);
        Assert.False(File.Exists(Path.Combine(target, "long.mkv")));
        pair.Bob.Ok("transfer", "cancel", "1");

        var hits = await pair.Bob.Search(
            "long.mkv",
            hits => hits.Any(hit => hit.Name == "long.mkv" && hit.Id != old)
        );
        pair.Bob.Ok("get", hits.Single().Id, "-o", target);
        MainJobTests.Same(source, Path.Combine(target, "long.mkv"));
    }

    [Fact]
    public async Task AFolderThatVanishesIsSaidOnBothSides()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("docs/report.pdf", 100_000);
        using var pair = await FriendPair.Share(scratch, "docs");
        var id = await pair.Bob.Find("report.pdf");
        Directory.Move(Path.Combine(scratch, "docs"), Path.Combine(scratch, "moved"));

        var target = scratch.Folder("target");
        var sought = pair.Bob.Call("get", id, "-o", target, "--patience", "1");
        sought.Refused(sought.Code == NotFoundCode ? NotFoundCode : NoSourceCode);
        await pair.Alice.Until(
            "/shares",
            ContractJson.Default.IReadOnlyListShare,
            shares => shares.Single().State == "missing"
        );
        Assert.Contains(
            "put it back",
            pair.Alice.Ok("share", "list").Output,
            StringComparison.Ordinal
        );

        Directory.Move(Path.Combine(scratch, "moved"), Path.Combine(scratch, "docs"));
        pair.Alice.Ok("share", "rescan", "docs");
        pair.Bob.Ok("get", await pair.Bob.Find("report.pdf"), "-o", scratch.Folder("again"));
    }

    [Fact]
    public async Task OddNamesAreShownOrLeftOutAndLinksNeverFollowed()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        var longest = new string('x', 251) + ".txt";
        scratch.File($"docs/{longest}", 100);
        scratch.File("docs/white\u200bspace.txt", 200);
        scratch.File("secret/key.pem", 100);
        File.CreateSymbolicLink(
            Path.Combine(scratch, "docs", "key.pem"),
            Path.Combine(scratch, "secret", "key.pem")
        );
        Directory.CreateSymbolicLink(
            Path.Combine(scratch, "docs", "secrets"),
            Path.Combine(scratch, "secret")
        );
        // .NET writes no such names; a shell does.
        Shell(
            Path.Combine(scratch, "docs"),
            "touch \"$(printf 'bell\\a.txt')\" \"$(printf 'bad\\377.txt')\""
        );
        using var pair = await FriendPair.Share(scratch, "docs");

        var shares = pair.Alice.Ok("share", "list").Output;
        Assert.Contains("2 skipped", shares, StringComparison.Ordinal);
        Assert.DoesNotContain('\a', shares);
        var target = scratch.Folder("target");
        pair.Bob.Ok("get", await pair.Bob.Find("docs"), "-o", target);
        string[] wanted = ["white_space.txt", longest];
        Assert.Equal(
            wanted,
            Directory
                .GetFileSystemEntries(Path.Combine(target, "docs"))
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal)
        );
        pair.Bob.Ok("get", await pair.Bob.Find(longest), "-o", target);
        MainJobTests.Same(Path.Combine(scratch, "docs", longest), Path.Combine(target, longest));
    }

    private static void Shell(string folder, string line)
    {
        var start = new ProcessStartInfo("sh", ["-c", line]) { WorkingDirectory = folder };
        using var shell = Process.Start(start)!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
