using System.Runtime.CompilerServices;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>Linux before 5.6, and sandboxes that do not know it, have no openat2.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class OldKernelTests
{
    [Fact]
    public async Task WithoutOpenat2FilesAreSharedAndFetched()
    {
        LiveNode.SkipUnlessPublished();
        KillPoint.SkipUnlessInstalled();
        using var scratch = new Scratch();
        var source = scratch.File("docs/deep/report.pdf", 3_000_000);
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new LiveNode(scratch, "bob");
        Assert.True(await alice.StartUnder("/usr/bin/python3", Script()));
        Assert.True(await bob.StartUnder("/usr/bin/python3", Script()));
        alice.Ok("share", "add", Path.Combine(scratch, "docs"));
        await alice.AwaitIndex();
        LiveNode.Befriend(alice, bob);
        bob.Ok("get", await bob.Find("docs"), "-o", scratch.Folder("target"));
        MainJobTests.Same(source, Path.Combine(scratch, "target/docs/deep/report.pdf"));
    }

    private static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "without_openat2.py");
}
