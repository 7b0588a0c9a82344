namespace FriendNet.Node.Cli.Verbs;

internal static class TransferResume
{
    public static Verb Build()
    {
        var id = TransferId.Argument();
        return new Verb(
            "resume",
            "Go on with a paused or failed transfer.",
            "friendnet transfer resume 3"
        )
        {
            id,
        }.Does(call => TransferId.Post(call, call.Value(id), "resume"));
    }
}
