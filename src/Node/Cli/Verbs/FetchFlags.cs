using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>Where something is fetched to, and how long the command waits for it.</summary>
internal sealed class FetchFlags
{
    private const int PatienceSeconds = 30;

    public Option<string?> Into { get; } =
        new("-o", "--output")
        {
            HelpName = "DIR",
            Description = "Folder to put it in (else the download folder)",
        };

    public Option<bool> NoWait { get; } =
        new("--no-wait") { Description = "Start it and return at once" };

    public Option<bool> Quiet { get; } =
        new("--quiet")
        {
            Description = "Neither tell friends that fetch the same, nor serve them what came",
        };

    public Option<int> Patience { get; } =
        new("--patience")
        {
            HelpName = "SECONDS",
            Description = $"Wait so long while nobody who has it is online ({PatienceSeconds})",
            DefaultValueFactory = _ => PatienceSeconds,
        };

    /// <summary>An absolute path; null: the download folder.</summary>
    public string? IntoOf(Call call) =>
        call.Value(Into) is { } folder ? Call.FullPath(folder, Into.Name) : null;

    /// <summary>Waits for it, if that is wanted, and says what came of it.</summary>
    public async Task Follow(Call call, Transfer transfer)
    {
        if (!call.Value(NoWait))
        {
            var patience = TimeSpan.FromSeconds(call.Value(Patience));
            transfer = await Watching.Follow(call, transfer, patience);
        }

        call.Answer(transfer, ContractJson.Default.Transfer, now => Watching.Say(call, now));
    }
}
