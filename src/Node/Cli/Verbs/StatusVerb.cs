using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class StatusVerb
{
    public static Verb Build() =>
        new Verb(
            "status",
            "Show how the daemon fares.",
            "friendnet status",
            "friendnet status --json | jq -r .listen"
        ).Does(Run);

    private static async Task Run(Call call)
    {
        var type = ContractJson.Default.Status;
        var found = await call.Api.Get("/status", type, call.Cancel);
        call.Answer(
            found,
            type,
            status =>
                call.Facts(
                    ("name", $"{status.Name} ({status.Id})"),
                    ("listens on", status.Listen),
                    ("reachable at", string.Join(", ", status.Addresses)),
                    ("friends", $"{status.Friends}, {status.FriendsOnline} online"),
                    ("shares", Shares(status)),
                    ("transfers", $"{status.Transfers} unfinished"),
                    ("home", status.Home),
                    ("running for", Amount.Time(status.UptimeSeconds)),
                    ("version", status.Version)
                )
        );
    }

    private static string Shares(Status status) =>
        $"{status.Shares}: {Amount.Files(status.SharedFiles)}, {Amount.Bytes(status.SharedBytes)}"
        + (status.Indexing ? ", being indexed" : "");
}
