using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>The README's walk with real daemons: two homes, invite, share, search, get.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class MainJobTests
{
    [Fact]
    public async Task AFolderIsSharedFoundAndFetched()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("music/albums/one.flac", 5_000_001, seed: 1);
        scratch.File("music/albums/disc/two.flac", 16_384, seed: 2);
        scratch.File("music/albums/disc/empty.txt", 0);
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new LiveNode(scratch, "bob");
        alice.Start();
        bob.Start();

        LiveNode.Befriend(alice, bob);
        Assert.Equal("bob", Friend(alice));
        Assert.Equal("alice", Friend(bob));

        alice.Ok("share", "add", Path.Combine(scratch, "music"));
        var target = scratch.Folder("target");
        bob.Ok("get", await bob.Find("albums"), "-o", target);
        Same(Path.Combine(scratch, "music", "albums"), Path.Combine(target, "albums"));

        bob.Ok("get", await bob.Find("one.flac"), "-o", target);
        Same(
            Path.Combine(scratch, "music", "albums", "one.flac"),
            Path.Combine(target, "one.flac")
        );
    }

    [Fact]
    public async Task WhatIsThereIsNeverOverwritten()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("docs/report.pdf", 100_000);
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new LiveNode(scratch, "bob");
        alice.Start();
        bob.Start();
        LiveNode.Befriend(alice, bob);
        alice.Ok("share", "add", Path.Combine(scratch, "docs"));
        var target = scratch.Folder("target");
        File.WriteAllText(Path.Combine(target, "report.pdf"), "mine");

        bob.Ok("get", await bob.Find("report.pdf"), "-o", target);

        Assert.Equal("mine", File.ReadAllText(Path.Combine(target, "report.pdf")));
        Assert.Equal(2, Directory.GetFiles(target).Length);
    }

    [Fact]
    public async Task AResultComesByTheNameItWasFoundBy()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("docs/another.txt", 1_000);
        scratch.File("docs/wanted.txt", 1_000);
        using var pair = await FriendPair.Share(scratch, "docs");
        await pair.Bob.Find("wanted.txt");
        var target = scratch.Folder("target");
        pair.Bob.Ok("get", "1", "-o", target);
        MainJobTests.Same(
            Path.Combine(scratch, "docs", "wanted.txt"),
            Path.Combine(target, "wanted.txt")
        );
    }

    [Fact]
    public async Task AChangeReachesTheFriend()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("docs/first.txt", 10);
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new LiveNode(scratch, "bob");
        alice.Start();
        bob.Start();
        LiveNode.Befriend(alice, bob);
        alice.Ok("share", "add", Path.Combine(scratch, "docs"));
        await bob.Find("first.txt");

        scratch.File("docs/second.txt", 20);
        await bob.Find("second.txt");
        File.Delete(Path.Combine(scratch, "docs", "first.txt"));
        await bob.Search("first.txt", hits => hits.Count == 0);
    }

    internal static void Same(string source, string copy)
    {
        if (File.Exists(source))
        {
            // cmp takes files of any size, and says where they differ.
            using var compare = System.Diagnostics.Process.Start("cmp", [source, copy]);
            compare.WaitForExit();
            Assert.True(compare.ExitCode == 0, copy);
            return;
        }

        var names = Directory.GetFileSystemEntries(source).Select(Path.GetFileName).Order();
        Assert.Equal(names, Directory.GetFileSystemEntries(copy).Select(Path.GetFileName).Order());
        foreach (var name in names)
        {
            Same(Path.Combine(source, name!), Path.Combine(copy, name!));
        }
    }

    private static string? Friend(LiveNode node) =>
        node.Ok("friend", "list", "--json").Json[0].GetProperty("name").GetString();
}
