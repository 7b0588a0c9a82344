using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Graphs;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;
using Xunit;

namespace FriendNet.Tests.Worlds;

/// <summary>What is counted is what real handshakes, records and parsing would carry.</summary>
public sealed class SealedWorldTests
{
    private const int Entries = 2_000;
    private const int SmallFile = 20_000;
    private const int LargeFile = 1_500_000;

    // Over two minutes a key is changed, which is not counted.
    private const long End = 110 * World.Second;

    [Fact]
    public void OneScriptCountsEqualBytesOnBothWires()
    {
        var (counted, isSealed) = (Run(isSealed: false), Run(isSealed: true));

        Assert.All(counted.Nodes, node => Assert.Equal(0, node.Meter[Traffic.Sealed]));
        Assert.All(isSealed.Nodes, node => Assert.Equal(node.Meter.Total, SealedBytes(node)));
        Assert.Equal(
            counted.Nodes.Select(node => node.Meter.Total),
            isSealed.Nodes.Select(node => node.Meter.Total)
        );
        // All that the script is for has happened, on either.
        foreach (var world in new[] { counted, isSealed })
        {
            Assert.All(world.Nodes[0].Files.Transfers, transfer => Assert.True(transfer.IsDone));
            Assert.Equal(2, world.Nodes[0].Files.Transfers.Count());
            Assert.Equal([2, 2, 2], world.Nodes.Select(node => node.Circles.Held.Count));
        }

        Assert.True(counted.Nodes[1].Meter[Traffic.Paths] > SmallFile);
        Assert.True(counted.Nodes[0].Meter[Traffic.Circles] > 0);
        Assert.True(counted.Nodes[0].Meter[Traffic.Keepalives] > 0);
    }

    private static long SealedBytes(SimNode node) => node.Meter[Traffic.Sealed];

    // A line of three: the first fetches of its friend, and over it of that one's friend.
    private static World Run(bool isSealed)
    {
        var graph = new Graph(3, [(0, 1), (1, 2)]);
        var world = new World(graph, new WorldSettings { Seed = 5, IsSealed = isSealed });
        var (large, small) = (new FileText(1, LargeFile), new FileText(2, SmallFile));
        world.Nodes[1].Files.Share(large, Audience.AllFriends);
        world.Nodes[2].Files.Share(small, Audience.OfCircle);
        world.Files.Add(large.Id, new FileCard(large, 1, new Choice(0, Readers.Friends)));
        world.Files.Add(small.Id, new FileCard(small, 2, new Choice(0, Readers.Circle)));
        world.Nodes[1].Catalogs.Show(SimNode.IdOf(world, 0), world.Library.Add(With([], large)));
        for (var number = 0; number < graph.People; number++)
        {
            var entries = number == 1 ? Entries : 10;
            var made = Publisher.First(5, number, entries).Entries;
            var shown = world.Library.Add(number == 2 ? With(made, small) : With(made, null));
            world.At(number * World.Second, number, node => node.Start());
            world.At((10 + number) * World.Second, number, node => node.Circles.Show(shown));
        }

        Want(world, 40, large);
        Want(world, 60, small);
        world.Run(End);
        return world;
    }

    private static void Want(World world, int second, FileText file) =>
        world.At(
            second * World.Second,
            0,
            node => node.Files.Want(new SimTransfer(new TransferId(second), file.Id, from: null))
        );

    private static EntrySet With(IEnumerable<CatalogEntry> entries, FileText? file)
    {
        Assert.True(CatalogPath.TryParse("shared/file", out var path));
        var set = EntrySet.Of(entries);
        return file is null
            ? set
            : set.With([DeltaStep.Upsert(new CatalogEntry(path, file.Id, 1))]);
    }
}
