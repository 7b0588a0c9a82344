using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class TransferList
{
    public static Verb Build() =>
        new Verb(
            "list",
            "Show what is fetched, waits, or is done.",
            "friendnet transfer list"
        ).Does(Run);

    private static async Task Run(Call call)
    {
        var type = ContractJson.Default.IReadOnlyListTransfer;
        var transfers = await call.Api.Get("/transfers", type, call.Cancel);
        call.Answer(
            transfers,
            type,
            all =>
            {
                var table = new TextTable("ID", "STATE", "DONE", "SIZE", "RATE", "NAME", "NOTE");
                foreach (var one in all)
                {
                    table.Add(
                        $"{one.Id}",
                        one.State,
                        $"{(one.Total == 0 ? 1 : (double)one.Done / one.Total):0%}",
                        Amount.Bytes(one.Total),
                        one.State == "fetching" ? Amount.Rate(one.BytesPerSecond) : "",
                        one.Name,
                        one.Problem ?? ""
                    );
                }

                table.Write(call.Screen);
                call.HintIf(all.Count == 0, "None yet: `friendnet get` starts one.");
            }
        );
    }
}
