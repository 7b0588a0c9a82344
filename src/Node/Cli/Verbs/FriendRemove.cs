namespace FriendNet.Node.Cli.Verbs;

internal static class FriendRemove
{
    public static Verb Build()
    {
        var friend = FriendName.Argument();
        return new Verb(
            "remove",
            "End a friendship: the keys are erased, the other is a stranger from now on.",
            "friendnet friend remove Alice"
        )
        {
            friend,
        }.Does(async call =>
        {
            var name = call.Value(friend);
            await call.Api.Delete($"/friends/{Call.Segment(name)}", call.Cancel);
            call.Done($"{name} is no friend any more.");
        });
    }
}
