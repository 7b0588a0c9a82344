using System.Globalization;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation;

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments
{
    internal const string Usage =
        "./dev sim [--graph FILE | --people N --degree K --clustering C] [--horizon H] "
        + "[--entries N] [--seed S] [--threads T] [--up BYTES] [--json] [--hostile SEEDS] "
        + "[--trace FILE] [--flood PSEUDONYMS]";

    private const int DownOfUp = 5;

    // What makes a world of its own, and the options that say something of it.
    private static readonly (string Kind, string[] Options)[] Kinds =
    [
        ("--hostile", ["--seed", "--trace"]),
        ("--flood", ["--entries", "--horizon", "--json", "--seed", "--threads", "--up"]),
        ("--graph", ["--entries", "--horizon", "--json", "--seed", "--threads", "--up"]),
    ];

    internal string? Graph { get; private init; }

    internal int People { get; private init; } = 400;

    internal double Degree { get; private init; } = 20;

    internal double Clustering { get; private init; } = 0.5;

    internal int Entries { get; private init; } = 200;

    /// <summary>So many hostile worlds instead; 0: none.</summary>
    internal int HostileSeeds { get; private init; }

    /// <summary>A friend that tells of so many instead; 0: none.</summary>
    internal int Flood { get; private init; }

    /// <summary>Where to write what happens in the first hostile world, a line each.</summary>
    internal string? Trace { get; private init; }

    internal bool IsJson { get; private init; }

    internal WorldSettings Settings { get; private init; } = new();

    internal static bool TryParse(string[] args, out Arguments arguments, out string problem)
    {
        arguments = new Arguments();
        var given = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            given.Add(args[i]);
            if (args[i] == "--json")
            {
                arguments = arguments with { IsJson = true };
                continue;
            }

            if (i + 1 == args.Length || arguments.With(args[i], args[i + 1]) is not { } next)
            {
                problem = $"'{args[i]}' is not understood, or what follows it.\n{Usage}";
                return false;
            }

            (arguments, i) = (next, i + 1);
        }

        problem = Stranger(given) ?? "";
        return problem.Length == 0;
    }

    // An option that would be passed over in silence.
    private static string? Stranger(List<string> given)
    {
        foreach (var (kind, options) in Kinds.Where(one => given.Contains(one.Kind)))
        {
            if (given.Find(name => name != kind && !options.Contains(name)) is { } other)
                return $"{other} says nothing of a world of {kind}; leave one of them out.";
        }

        return given.Contains("--trace") && !given.Contains("--hostile")
            ? "--trace is of hostile worlds; add --hostile 1, or leave it out."
            : null;
    }

    private Arguments? With(string name, string value) =>
        name switch
        {
            "--graph" => File.Exists(value) ? this with { Graph = value } : null,
            "--people" => Number(value) is { } n ? this with { People = n } : null,
            "--degree" => Real(value) is { } d ? this with { Degree = d } : null,
            "--clustering" => Real(value) is { } c ? this with { Clustering = c } : null,
            "--entries" => Number(value) is { } n ? this with { Entries = n } : null,
            "--hostile" => Number(value) is { } n ? this with { HostileSeeds = n } : null,
            "--flood" => Number(value) is { } n ? this with { Flood = n } : null,
            "--trace" => this with { Trace = value },
            "--horizon" => Number(value) is { } h ? Set(Settings with { Horizon = h }) : null,
            "--up" => Number(value) is { } up
                ? Set(Settings with { UpRate = up, DownRate = (long)up * DownOfUp })
                : null,
            "--threads" => Number(value) is { } t ? Set(Settings with { Threads = t }) : null,
            "--seed" => Number(value) is { } s ? Set(Settings with { Seed = (ulong)s }) : null,
            _ => null,
        };

    private Arguments Set(WorldSettings settings) => this with { Settings = settings };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number > 0
            ? number
            : null;

    private static double? Real(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
        && real > 0
            ? real
            : null;
}
