using System.Diagnostics;
using FriendNet.Simulation.Graphs;
using FriendNet.Simulation.Hostile;
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
        if (arguments.HostileSeeds > 0)
            return RunHostile(arguments, clock);
        if (arguments.Flood > 0)
            return RunFlood(arguments, clock);
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
        return Judge(findings);
    }

    private static int RunFlood(Arguments arguments, Stopwatch clock)
    {
        var flood = new Flood(arguments.Settings, arguments.Entries, arguments.Flood);
        var findings = flood.Run();
        new Report(arguments, flood.World!, findings, clock.Elapsed).Write(Console.Out);
        return Judge(findings);
    }

    private static int Judge(Findings findings)
    {
        if (findings.Wrong.Count > 0)
            return InvariantBroken;
        return findings.Figures.Any(figure => figure.IsMissed) ? LimitMissed : 0;
    }

    private static string? Run(ulong seed, string? trace)
    {
        if (trace is null)
            return HostileWorld.Run(seed);
        using var writer = File.CreateText(trace);
        return HostileWorld.Run(seed, writer);
    }

    private static int RunHostile(Arguments arguments, Stopwatch clock)
    {
        var first = arguments.Settings.Seed;
        for (var i = 0; i < arguments.HostileSeeds; i++)
        {
            if (Run(first + (ulong)i, i == 0 ? arguments.Trace : null) is not { } fault)
                continue;
            Console.WriteLine(fault);
            Console.WriteLine(
                $"replay: ./dev sim --hostile 1 --seed {first + (ulong)i} --trace FILE"
            );
            return InvariantBroken;
        }

        Console.WriteLine($"{arguments.HostileSeeds} hostile worlds, none broken, {clock.Elapsed}");
        return 0;
    }
}
