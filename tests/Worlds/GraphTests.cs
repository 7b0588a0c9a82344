using System.IO.Compression;
using FriendNet.Simulation.Checks;
using FriendNet.Simulation.Graphs;
using FriendNet.Simulation.Worlds;
using Xunit;

namespace FriendNet.Tests.Worlds;

public sealed class GraphTests
{
    private const StringComparison Ordinal = StringComparison.Ordinal;

    [Fact]
    public void AListIsReadOnceWhateverItRepeats()
    {
        var text = new StringReader("# people\n7 9\n9 7\n\n7 7\n9\t100 # friends\n");

        var graph = EdgeList.Read(text);

        Assert.Equal(3, graph.People);
        Assert.Equal(2, graph.Edges);
        Assert.Equal([0, 2], graph.Friends(1).ToArray());
        Assert.False(graph.AreFriends(0, 2));
    }

    [Theory]
    [InlineData("edges")]
    [InlineData("edges.gz")]
    public void AFileMayBeCompressed(string name)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("graph").FullName, name);
        Stream file = File.Create(path);
        if (name.EndsWith(".gz", Ordinal))
            file = new GZipStream(file, CompressionLevel.Fastest);
        using (var text = new StreamWriter(file))
            text.Write("1 2\n2 3\n");

        var graph = EdgeList.Read(path);

        Assert.Equal((3, 2), (graph.People, graph.Edges));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("7 x")]
    [InlineData("-1 4")]
    public void AnythingElseIsSaid(string line) =>
        Assert.Throws<FormatException>(() => EdgeList.Read(new StringReader(line)));

    [Theory]
    [InlineData(20, 0.5)]
    [InlineData(12, 0.3)]
    [InlineData(40, 0.2)]
    public void CirclesHaveTheDegreeAndClusteringAskedFor(double degree, double clustering)
    {
        var graph = CirclesGraph.Make(5_000, degree, clustering, seed: 3);

        Assert.InRange(graph.Degree, degree * 0.9, degree * 1.1);
        Assert.InRange(graph.Clustering(1_000), clustering * 0.8, clustering * 1.2);
    }

    // A line 0-1-2-3 and a friend 4 of both 1 and 2.
    [Theory]
    [InlineData(1, new[] { 1 }, 1)]
    [InlineData(2, new[] { 1, 2, 4 }, 3)]
    [InlineData(3, new[] { 1, 2, 3, 4 }, 4)]
    public void TheOracleKnowsWhoIsWithinReach(int horizon, int[] reach, long paths)
    {
        var graph = new Graph(5, [(0, 1), (1, 2), (2, 3), (1, 4), (2, 4)]);
        var oracle = new Oracle(graph, horizon);

        Assert.Equal(reach, oracle.Reach(0).Order());
        Assert.Equal(paths, oracle.Paths(0));
    }

    [Fact]
    public void AnAgendaGivesTheEarliestWhateverTheOrderOfAdding()
    {
        var draws = new Seeds(5, Purpose.Delay);
        var arrivals = Enumerable
            .Range(0, 5_000)
            .Select(i => new Arrival(
                draws.Next(50),
                draws.Next(4),
                draws.Next(3),
                i,
                ArrivalKind.Message,
                0,
                0,
                null
            ))
            .ToArray();
        var agenda = new Agenda();
        foreach (var arrival in arrivals)
            agenda.Add(arrival);

        var taken = Enumerable.Range(0, arrivals.Length).Select(_ => agenda.Take());

        Assert.Equal(arrivals.OrderBy(a => (a.At, a.Node, a.Link, a.Order)), taken);
        Assert.Equal(long.MaxValue, agenda.NextAt);
    }
}
