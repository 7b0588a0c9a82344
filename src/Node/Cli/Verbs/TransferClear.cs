using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class TransferClear
{
    public static Verb Build() =>
        new Verb(
            "clear",
            "Take transfers that are done off the list; their files stay.",
            "friendnet transfer clear"
        ).Does(Run);

    private static async Task Run(Call call)
    {
        var type = ContractJson.Default.IReadOnlyListTransfer;
        var cleared = await call.Api.Post("/transfers/clear", type, call.Cancel);
        call.Answer(
            cleared,
            type,
            all => call.Line(all.Count == 1 ? "1 cleared." : $"{all.Count} cleared.")
        );
    }
}
