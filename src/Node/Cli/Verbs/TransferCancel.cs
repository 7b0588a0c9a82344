namespace FriendNet.Node.Cli.Verbs;

internal static class TransferCancel
{
    public static Verb Build()
    {
        var id = TransferId.Argument();
        return new Verb(
            "cancel",
            "Give a transfer up; its part files go, finished files stay.",
            "friendnet transfer cancel 3"
        )
        {
            id,
        }.Does(call => TransferId.Post(call, call.Value(id), "cancel"));
    }
}
