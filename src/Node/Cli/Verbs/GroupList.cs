using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class GroupList
{
    public static Verb Build() =>
        new Verb(
            "list",
            "Show your groups: who is in them, which shares are for them.",
            "friendnet group list"
        ).Does(Run);

    private static async Task Run(Call call)
    {
        var type = ContractJson.Default.IReadOnlyListGroup;
        var groups = await call.Api.Get("/groups", type, call.Cancel);
        call.Answer(
            groups,
            type,
            all =>
            {
                var table = new TextTable("NAME", "MEMBERS", "SHARES");
                foreach (var group in all)
                {
                    table.Add(
                        group.Name,
                        string.Join(", ", group.Members),
                        string.Join(", ", group.Shares)
                    );
                }

                table.Write(call.Screen);
                call.HintIf(all.Count == 0, "None yet: `friendnet group create NAME`.");
            }
        );
    }
}
