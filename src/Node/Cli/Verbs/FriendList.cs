using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class FriendList
{
    public static Verb Build() =>
        new Verb(
            "list",
            "Show your friends, and who is online.",
            "friendnet friend list",
            "friendnet friend list --json | jq -r '.[] | select(.state == \"online\") | .name'"
        ).Does(Run);

    private static async Task Run(Call call)
    {
        var type = ContractJson.Default.IReadOnlyListFriend;
        var friends = await call.Api.Get("/friends", type, call.Cancel);
        call.Answer(
            friends,
            type,
            all =>
            {
                var table = new TextTable(
                    "NAME",
                    "STATE",
                    "LAST SEEN",
                    "FILES",
                    "SIZE",
                    "VERIFIED",
                    "ID"
                );
                foreach (var friend in all)
                {
                    table.Add(
                        friend.Name,
                        friend.State,
                        Amount.Ago(friend.LastSeen, DateTimeOffset.Now),
                        Amount.Count(friend.Files),
                        Amount.Bytes(friend.Bytes),
                        friend.Verified ? "yes" : "no",
                        friend.Id
                    );
                }

                table.Write(call.Screen);
                call.HintIf(all.Count == 0, "None yet: `friendnet invite create` invites one.");
            }
        );
    }
}
