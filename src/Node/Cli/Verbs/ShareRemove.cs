namespace FriendNet.Node.Cli.Verbs;

internal static class ShareRemove
{
    public static Verb Build()
    {
        var share = ShareName.Argument();
        return new Verb(
            "remove",
            "Stop sharing a folder; its files stay where they are.",
            "friendnet share remove Music"
        )
        {
            share,
        }.Does(async call =>
        {
            var name = call.Value(share);
            await call.Api.Delete($"/shares/{Call.Segment(name)}", call.Cancel);
            call.Done($"{name} is not shared any more.");
        });
    }
}
