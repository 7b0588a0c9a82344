using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class GetVerb
{
    private const int PatienceSeconds = 30;

    public static Verb Build()
    {
        var what = new Argument<string>("WHAT")
        {
            Description =
                "The id of a file or folder, a file's link, or the number of a search result",
        };
        var into = new Option<string?>("-o", "--output")
        {
            HelpName = "DIR",
            Description = "Folder to put it in (else the download folder)",
        };
        var noWait = new Option<bool>("--no-wait") { Description = "Start it and return at once" };
        var quiet = new Option<bool>("--quiet")
        {
            Description = "Neither tell friends that fetch the same, nor serve them what came",
        };
        var patience = new Option<int>("--patience")
        {
            HelpName = "SECONDS",
            Description = $"Wait so long while nobody who has it is online ({PatienceSeconds})",
            DefaultValueFactory = _ => PatienceSeconds,
        };
        return new Verb(
            "get",
            "Fetch a file or a whole folder; done when all of it is verified and in place.",
            "friendnet get 1",
            "friendnet get 1 -o ~/Music",
            "friendnet get ID --json"
        )
        {
            what,
            into,
            noWait,
            quiet,
            patience,
        }.Does(call =>
            Run(
                call,
                new NewTransfer(
                    call.Value(what),
                    call.Value(into) is { } folder ? Path.GetFullPath(folder) : null,
                    call.Value(quiet)
                ),
                call.Value(noWait) ? null : TimeSpan.FromSeconds(call.Value(patience))
            )
        );
    }

    private static async Task Run(Call call, NewTransfer wanted, TimeSpan? patience)
    {
        var transfer = await call.Api.Post(
            "/transfers",
            wanted,
            ContractJson.Default.NewTransfer,
            ContractJson.Default.Transfer,
            call.Cancel
        );
        if (patience is { } wait)
        {
            transfer = await Watching.Follow(call, transfer, wait);
        }

        call.Answer(transfer, ContractJson.Default.Transfer, now => Watching.Say(call, now));
    }
}
