using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class TransferFiles
{
    public static Verb Build()
    {
        var id = TransferId.Argument();
        return new Verb("files", "Show the files of a transfer.", "friendnet transfer files 3")
        {
            id,
        }.Does(call => Run(call, call.Value(id)));
    }

    private static async Task Run(Call call, long id)
    {
        var type = ContractJson.Default.IReadOnlyListFetchedFile;
        var files = await call.Api.Get($"/transfers/{id}/files", type, call.Cancel);
        call.Answer(
            files,
            type,
            all =>
            {
                var table = new TextTable("#", "SIZE", "PATH");
                foreach (var one in all)
                {
                    table.Add($"{one.Number}", Amount.Bytes(one.Size), one.Path);
                }

                table.Write(call.Screen);
            }
        );
    }
}
