using System.Diagnostics;
using FriendNet.Simulation.Graphs;
using FriendNet.Simulation.Scenarios;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation;

internal static class Program
{
    private const int LimitMissed = 1;
    private const int InvariantBroken = 2;

    private static int Main(string[] args)
    {
        if (Arguments.TryParse(args, out var arguments, out var problem))
            return Run(arguments);
        Console.Error.WriteLine(problem);
        return LimitMissed;
    }

    private static int Run(Arguments arguments)
    {
        var clock = Stopwatch.StartNew();
        var graph = arguments.Graph is { } path
            ? EdgeList.Read(path)
            : CirclesGraph.Make(
                arguments.People,
                arguments.Degree,
                arguments.Clustering,
                arguments.Settings.Seed
            );
        var world = new World(graph, arguments.Settings);
        var findings = new Settling(world, arguments.Entries).Run();
        new Report(arguments, world, findings, clock.Elapsed).Write(Console.Out);
        if (findings.Wrong.Count > 0)
            return InvariantBroken;
        return findings.Figures.Any(figure => figure.IsMissed) ? LimitMissed : 0;
    }
}
