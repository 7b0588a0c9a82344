using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>Friends that fetched the same help when who shared it is away.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class PartHolderTests : IDisposable
{
    private const int NoSource = 5;
    private readonly Scratch _scratch = new();

    [Fact]
    public async Task WhoFetchedItServesItOnceTheSourceIsGoneUnlessItWasQuiet()
    {
        LiveNode.SkipUnlessPublished();
        var folder = _scratch.Folder("shared");
        var (big, still) = (new byte[(5 << 20) + 99], new byte[2 << 20]);
        new Random(8).NextBytes(big);
        new Random(9).NextBytes(still);
        File.WriteAllBytes(Path.Combine(folder, "big.bin"), big);
        File.WriteAllBytes(Path.Combine(folder, "still.bin"), still);
        using var pair = await FriendPair.Share(_scratch, "shared");
        using var carol = new LiveNode(_scratch, "carol");
        carol.Start();
        LiveNode.Befriend(pair.Alice, carol);
        LiveNode.Befriend(pair.Bob, carol);
        var into = _scratch.Folder("bob-has");
        pair.Bob.Ok("get", await pair.Bob.Find("big.bin"), "-o", into);
        pair.Bob.Ok("get", await pair.Bob.Find("still.bin"), "-o", into, "--quiet");
        var (bigId, stillId) = (await carol.Find("big.bin"), await carol.Find("still.bin"));
        pair.Alice.Kill();
        // What proves the runs outlives the daemon.
        pair.Bob.Stop();
        pair.Bob.Start();

        var mine = _scratch.Folder("carol-has");
        carol.Ok("get", bigId, "-o", mine);
        Assert.Equal(big, File.ReadAllBytes(Path.Combine(mine, "big.bin")));
        carol.Call("get", stillId, "-o", mine, "--patience", "2").Refused(NoSource);
    }

    public void Dispose() => _scratch.Dispose();
}
