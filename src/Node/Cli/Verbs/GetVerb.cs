using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class GetVerb
{
    public static Verb Build()
    {
        var what = new Argument<string>("WHAT")
        {
            Description =
                "The id of a file or folder, a file's link, or the number of a search result",
        };
        var flags = new FetchFlags();
        return new Verb(
            "get",
            "Fetch a file or a whole folder; done when all of it is verified and in place.",
            "friendnet get 1",
            "friendnet get 1 -o ~/Music",
            "friendnet get ID --json"
        )
        {
            what,
            flags.Into,
            flags.NoWait,
            flags.Quiet,
            flags.Patience,
        }.Does(call =>
            Run(
                call,
                new NewTransfer(call.Value(what), flags.IntoOf(call), call.Value(flags.Quiet)),
                flags
            )
        );
    }

    private static async Task Run(Call call, NewTransfer wanted, FetchFlags flags)
    {
        var transfer = await call.Api.Post(
            "/transfers",
            wanted,
            ContractJson.Default.NewTransfer,
            ContractJson.Default.Transfer,
            call.Cancel
        );
        await flags.Follow(call, transfer);
    }
}
