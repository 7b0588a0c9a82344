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
        call.Answer(
            found,
            type,
            reach =>
            {
                call.Facts([.. Facts(reach)]);
                call.Hint("Who shares nothing with its circle is not seen at two steps.");
            }
        );
    }

    internal static IEnumerable<(string Name, string Value)> Facts(Reach reach)
    {
        yield return ("friends", Ring(reach.One));
        yield return ("their friends", Ring(reach.Two));
        yield return ("oldest news", reach.Oldest is { } at ? $"{at:yyyy-MM-dd}" : "none");
        foreach (var friend in reach.Friends.OrderByDescending(friend => friend.People))
        {
            yield return ($"through {friend.Name}", Through(friend));
        }

        foreach (var pair in reach.Overlaps)
        {
            var both = $"{pair.One} and {pair.Other}";
            yield return (both, $"{Amount.People(pair.Common)} in common");
        }
    }

    private static string Ring(ReachRing ring) =>
        $"{Amount.People(ring.People)}, {Amount.Count(ring.Online)} in reach now; "
        + $"{Amount.Files(ring.Files)}, {Amount.Bytes(ring.Bytes)}";

    private static string Through(ReachFriend friend) =>
        friend.People == 0
            ? "nobody else"
            : $"{Amount.People(friend.People)}; {Amount.Files(friend.Files)}, "
                + $"{Amount.Bytes(friend.Bytes)}; {Only(friend)}";

    private static string Only(ReachFriend friend) =>
        friend.OnlyThrough == 0
            ? "each reached by others too"
            : $"{Amount.People(friend.OnlyThrough)} and {Amount.Files(friend.FilesOnlyThrough)} "
                + "by nobody else";
}
