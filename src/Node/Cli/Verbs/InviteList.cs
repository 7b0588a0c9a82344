using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class InviteList
{
    public static Verb Build() =>
        new Verb(
            "list",
            "Show the invitations you made, without their secrets.",
            "friendnet invite list"
        ).Does(Run);

    private static async Task Run(Call call)
    {
        var type = ContractJson.Default.IReadOnlyListInvite;
        var invites = await call.Api.Get("/invites", type, call.Cancel);
        call.Answer(
            invites,
            type,
            all =>
            {
                var table = new TextTable("ID", "STATE", "NOTE", "GROUP", "USED BY", "EXPIRES");
                foreach (var invite in all)
                {
                    table.Add(
                        invite.Id,
                        invite.State,
                        invite.Note,
                        invite.Group ?? "",
                        invite.Friend ?? "",
                        $"{invite.Expires.ToLocalTime():yyyy-MM-dd HH:mm}"
                    );
                }

                table.Write(call.Screen);
                call.HintIf(all.Count == 0, "None yet: `friendnet invite create` makes one.");
            }
        );
    }
}
