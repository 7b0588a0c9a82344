using System.CommandLine;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class PeerPath
{
    public static Verb Build()
    {
        var id = new Argument<string?>("ID")
        {
            Description = "a path as listed, or a file: then the ways to all who have it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return new Verb(
            "path",
            "Show trust paths: who carries what for whom, round trip and rates.",
            "friendnet peer path",
            "friendnet peer path ~1f2e3d4c5b6a"
        )
        {
            id,
        }.Does(call => Run(call, call.Value(id)));
    }

    private static async Task Run(Call call, string? id)
    {
        var path = id is null ? "/paths" : $"/paths/{Call.Segment(id)}";
        var type = ContractJson.Default.IReadOnlyListPathShown;
        var found = await call.Api.Get(path, type, call.Cancel);
        call.Answer(found, type, all => Show(call, all));
    }

    private static void Show(Call call, IReadOnlyList<PathShown> all)
    {
        if (all.Count == 0)
        {
            call.Line("No path is open: one opens when a friend of a friend has what you get.");
            return;
        }

        var table = new TextTable("ID", "PATH", "STATE", "RTT", "IN", "OUT");
        foreach (var path in all)
        {
            table.Add(
                path.Id,
                string.Join(" - ", path.Steps),
                State(path),
                path.RoundTripMilliseconds is { } rtt ? $"{rtt:0.00} ms" : "",
                Flow(path.BytesIn, path.BytesPerSecondIn),
                Flow(path.BytesOut, path.BytesPerSecondOut)
            );
        }

        table.Write(call.Screen);
    }

    private static string State(PathShown path) =>
        path.Since is { } since
            ? $"{path.State}, {Amount.Ago(since, DateTimeOffset.Now)}"
            : path.State;

    private static string Flow(long bytes, long rate) =>
        $"{Amount.Bytes(bytes)}, now {Amount.Rate(rate)}";
}
