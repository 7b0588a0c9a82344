using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// Alice - Bob - Carol - Dave, real daemons: the publisher says how many links it goes, and over
/// two relays in a row it is fetched.
/// </summary>
[Collection(EndToEndCollection.Name)]
public sealed class HorizonTests
{
    private const long Bytes = (3 << 20) + 12_345;

    [Fact]
    public async Task ThreeLinksAreSeenAndFetchedOverOnlyIfThePublisherSaysSo()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("near/near.bin", 20_000, seed: 1);
        KillTests.Fill(Path.Combine(scratch.Folder("far"), "far.bin"), Bytes);
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new LiveNode(scratch, "bob");
        using var carol = new LiveNode(scratch, "carol");
        using var dave = new LiveNode(scratch, "dave");
        dave.Environment["FRIENDNET_HORIZON"] = "3";
        LiveNode[] line = [alice, bob, carol, dave];
        foreach (var node in line)
            node.Start();
        foreach (var (left, right) in line.Zip(line.Skip(1)))
            LiveNode.Befriend(left, right);
        alice.Ok("share", "add", Path.Combine(scratch, "near"), "--audience", "circle");
        dave.Ok("share", "add", Path.Combine(scratch, "far"), "--audience", "circle");

        await carol.Find("near.bin");
        var id = await alice.Find("far.bin");
        var target = scratch.Folder("target");
        alice.Ok("get", id, "-o", target);

        MainJobTests.Same(Path.Combine(scratch, "far", "far.bin"), Path.Combine(target, "far.bin"));
        // Long since it would have come: what went the other way went as far.
        Assert.Empty(await dave.Search("near.bin", _ => true));
    }
}
