using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class FriendRename
{
    public static Verb Build()
    {
        var friend = FriendName.Argument();
        var name = new Argument<string>("NEW-NAME") { Description = "What to call it from now on" };
        return new Verb(
            "rename",
            "Call a friend otherwise, here only.",
            "friendnet friend rename Alice Alice-at-work"
        )
        {
            friend,
            name,
        }.Does(async call =>
        {
            var changed = await call.Api.Patch(
                $"/friends/{Call.Segment(call.Value(friend))}",
                new FriendChange(call.Value(name)),
                ContractJson.Default.FriendChange,
                ContractJson.Default.Friend,
                call.Cancel
            );
            call.Answer(
                changed,
                ContractJson.Default.Friend,
                to => call.Line($"{call.Value(friend)} is called {to.Name} now.")
            );
        });
    }
}
