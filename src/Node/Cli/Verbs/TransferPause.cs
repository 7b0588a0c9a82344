namespace FriendNet.Node.Cli.Verbs;

internal static class TransferPause
{
    public static Verb Build()
    {
        var id = TransferId.Argument();
        return new Verb(
            "pause",
            "Stop fetching for now; what is verified is kept.",
            "friendnet transfer pause 3"
        )
        {
            id,
        }.Does(call => TransferId.Post(call, call.Value(id), "pause"));
    }
}
