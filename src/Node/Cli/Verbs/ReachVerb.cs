using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class ReachVerb
{
    public static Verb Build() =>
        new Verb(
            "reach",
            "Show how many people and files lie within one and two steps, and how circles overlap.",
            "friendnet reach",
            "friendnet reach --json | jq .two.people"
        ).Does(Run);

    private static async Task Run(Call call)
    {
        var type = ContractJson.Default.Reach;
        var found = await call.Api.Get("/reach", type, call.Cancel);
        call.Answer(found, type, reach => Say(call, reach));
    }

    private static void Say(Call call, Reach reach)
    {
        call.Facts(
            ("friends", Ring(reach.One)),
            ("their friends", Ring(reach.Two)),
            ("oldest news", reach.Oldest is { } at ? $"{at:yyyy-MM-dd}" : "none")
        );
        var through = new TextTable("THROUGH", "PEOPLE", "ONLY THROUGH IT", "FILES", "SIZE");
        foreach (var friend in reach.Friends)
        {
            through.Add(
                friend.Name,
                Amount.Count(friend.People),
                $"{Amount.Count(friend.OnlyThrough)} "
                    + $"({Amount.Files(friend.FilesOnlyThrough)})",
                Amount.Count(friend.Files),
                Amount.Bytes(friend.Bytes)
            );
        }

        through.Write(call.Screen);
        var overlaps = new TextTable("BOTH", "AND", "LEAD TO");
        foreach (var pair in reach.Overlaps)
        {
            overlaps.Add(pair.One, pair.Other, Amount.Count(pair.Common));
        }

        overlaps.Write(call.Screen);
        call.Hint("Who shares nothing with its circle is not seen at two steps.");
    }

    private static string Ring(ReachRing ring) =>
        $"{Amount.Count(ring.People)} people ({Amount.Count(ring.Online)} in reach now), "
        + $"{Amount.Files(ring.Files)}, {Amount.Bytes(ring.Bytes)}";
}
