using FriendNet.Simulation.Graphs;
using FriendNet.Simulation.Scenarios;
using FriendNet.Simulation.Worlds;
using Xunit;

namespace FriendNet.Tests.Worlds;

public sealed class WorldTests
{
    [Fact]
    public void ReplaysBitForBit()
    {
        Assert.Equal(Trace(seed: 4, threads: 1), Trace(seed: 4, threads: 1));
        Assert.NotEqual(Trace(seed: 4, threads: 1), Trace(seed: 5, threads: 1));
    }

    [Fact]
    public void ThreadsDoNotChangeTheTrace() =>
        Assert.Equal(Trace(seed: 6, threads: 1), Trace(seed: 6, threads: 3));

    [Fact]
    public void AWorldSettlesExactlyWithinItsLimits()
    {
        var graph = CirclesGraph.Make(150, 12, 0.5, seed: 2);
        var world = new World(graph, new WorldSettings { Seed = 2 });

        var findings = new Settling(world, entries: 200).Run();

        Assert.Empty(findings.Wrong);
        Assert.NotEmpty(findings.Figures);
        Assert.DoesNotContain(findings.Figures, figure => figure.IsMissed);
    }

    // A hundredth of the flood that the simulator's --flood 100000 is.
    [Fact]
    public void AFloodDelaysNobodyElseMuch()
    {
        var findings = new Flood(new WorldSettings(), entries: 200, pseudonyms: 1_000).Run();

        Assert.Empty(findings.Wrong);
        Assert.DoesNotContain(findings.Figures, figure => figure.IsMissed);
        Assert.Equal(100_000, Of(findings, "given"));
        // It was at its height while the others came.
        Assert.InRange(Of(findings, "begin_given"), 10_000, 90_000);
    }

    private static double Of(Findings findings, string name) =>
        findings.Figures.Single(figure => figure.Name == name).Spread.Max;

    private static string Trace(ulong seed, int threads)
    {
        var settings = new WorldSettings
        {
            Seed = seed,
            Threads = threads,
            IsTraceDeep = true,
        };
        var world = new World(CirclesGraph.Make(60, 8, 0.4, seed: 1), settings);
        new Settling(world, entries: 20).Run();
        return world.TraceHash();
    }
}
