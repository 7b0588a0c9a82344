using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class GroupCreate
{
    public static Verb Build()
    {
        var name = new Argument<string>("NAME") { Description = "What you call it" };
        return new Verb(
            "create",
            "Make a group of friends, to share with; only you know of it.",
            "friendnet group create family"
        )
        {
            name,
        }.Does(async call =>
        {
            var made = await call.Api.Post(
                "/groups",
                new NewGroup(call.Value(name)),
                ContractJson.Default.NewGroup,
                ContractJson.Default.Group,
                call.Cancel
            );
            call.Answer(
                made,
                ContractJson.Default.Group,
                group =>
                {
                    call.Line($"{group.Name} has no members yet.");
                    call.Hint($"`friendnet group add {group.Name} FRIEND…` puts friends into it.");
                }
            );
        });
    }
}
