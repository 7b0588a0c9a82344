namespace FriendNet.Node.Cli.Verbs;

internal static class GroupDelete
{
    public static Verb Build()
    {
        var group = GroupName.Argument();
        return new Verb(
            "delete",
            "Delete a group; its members stay friends, what was for it is hidden from them.",
            "friendnet group delete family"
        )
        {
            group,
        }.Does(async call =>
        {
            var name = call.Value(group);
            await call.Api.Delete($"/groups/{Call.Segment(name)}", call.Cancel);
            call.Done($"{name} is no group any more.");
        });
    }
}
