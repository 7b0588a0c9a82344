using System.Globalization;
using System.Text.Json.Nodes;
using FriendNet.Simulation.Scenarios;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation;

/// <summary>What a run found: a table for people, one object for machines.</summary>
internal sealed class Report(Arguments arguments, World world, Findings findings, TimeSpan took)
{
    private const int ClusteringSample = 2_000;
    private const double GiB = 1024.0 * 1024 * 1024;
    private readonly double _clustering = world.Graph.Clustering(ClusteringSample);

    internal void Write(TextWriter output)
    {
        if (arguments.IsJson)
            output.WriteLine(Json().ToJsonString());
        else
            WriteTable(output);
    }

    private void WriteTable(TextWriter output)
    {
        var (graph, settings) = (world.Graph, world.Settings);
        output.WriteLine(
            Text($"graph      {arguments.Graph ?? "circles"}: {graph.People:N0} people, ")
                + Text($"{graph.Edges:N0} friendships, degree {graph.Degree:F1}, ")
                + Text($"clustering {_clustering:F2}")
        );
        output.WriteLine(
            Text($"world      seed {settings.Seed}, horizon {settings.Horizon}, ")
                + Text($"{arguments.Entries} entries each; {world.Now / World.Second} s of its ")
                + Text($"time; {took.TotalSeconds:F0} s on {settings.Threads} threads, ")
                + Text($"{Peak() / GiB:F1} GiB, {world.Events:N0} events, ")
                + $"trace {world.TraceHash()[..12]}"
        );
        output.WriteLine(Row("", "median", "99%", "max", "limit"));
        foreach (var figure in findings.Figures)
        {
            var unit = figure.Unit.Length > 0 ? " " + figure.Unit : "";
            output.WriteLine(
                Row(
                    figure.Title,
                    Shown(figure.Spread.Median) + unit,
                    Shown(figure.Spread.Most99) + unit,
                    Shown(figure.Spread.Max) + unit,
                    figure.Limit is { } limit
                        ? Shown(limit) + (figure.IsMissed ? " MISSED" : "")
                        : ""
                )
            );
        }

        foreach (var worst in findings.Worst)
            output.WriteLine("worst " + worst);
        output.WriteLine(findings.Wrong.Count == 0 ? "exact: yes" : "exact: NO");
        foreach (var wrong in findings.Wrong)
            output.WriteLine("  " + wrong);
    }

    private JsonObject Json()
    {
        var figures = new JsonObject();
        foreach (var figure in findings.Figures)
        {
            figures[figure.Name] = new JsonObject
            {
                ["median"] = figure.Spread.Median,
                ["most99"] = figure.Spread.Most99,
                ["max"] = figure.Spread.Max,
                ["limit"] = figure.Limit,
                ["unit"] = figure.Unit,
            };
        }

        return new JsonObject
        {
            ["people"] = world.Graph.People,
            ["friendships"] = world.Graph.Edges,
            ["clustering"] = _clustering,
            ["seed"] = world.Settings.Seed,
            ["horizon"] = world.Settings.Horizon,
            ["entries"] = arguments.Entries,
            ["threads"] = world.Settings.Threads,
            ["worldSeconds"] = world.Now / World.Second,
            ["seconds"] = took.TotalSeconds,
            ["peakBytes"] = Peak(),
            ["events"] = world.Events,
            ["trace"] = world.TraceHash(),
            ["figures"] = figures,
            ["wrong"] = new JsonArray([.. findings.Wrong.Select(wrong => (JsonNode)wrong)]),
        };
    }

    private static string Row(string title, string a, string b, string c, string d) =>
        $"{title, -34}{a, 14}{b, 14}{c, 14}{d, 14}".TrimEnd();

    private static string Shown(double value) =>
        Text($"{value:N0}") is { } whole && Math.Abs(value) >= 100 ? whole : Text($"{value:F2}");

    private static string Text(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);

    // Physical memory at its most, as the kernel counts it.
    private static long Peak()
    {
        const string Field = "VmHWM:";
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(Field, default));
        return long.Parse(line[Field.Length..^2], CultureInfo.InvariantCulture) * 1024;
    }
}
