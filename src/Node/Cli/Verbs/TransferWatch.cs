using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class TransferWatch
{
    public static Verb Build()
    {
        var id = TransferId.Argument();
        return new Verb(
            "watch",
            "Wait until a transfer is done, however long it takes.",
            "friendnet transfer watch 3"
        )
        {
            id,
        }.Does(call => Run(call, call.Value(id)));
    }

    private static async Task Run(Call call, long id)
    {
        var type = ContractJson.Default.Transfer;
        var transfer = await call.Api.Get($"/transfers/{id}", type, call.Cancel);
        transfer = await Watching.Follow(call, transfer, TimeSpan.MaxValue);
        call.Answer(transfer, type, now => Watching.Say(call, now));
    }
}
