using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class ShareAdd
{
    public static Verb Build()
    {
        var path = new Argument<string>("PATH") { Description = "The folder" };
        var name = new Option<string?>("--name")
        {
            HelpName = "NAME",
            Description = "What friends see it as (else the folder's own name)",
        };
        var friends = new Option<string[]>("--for")
        {
            HelpName = "FRIEND",
            Description = "The same as --audience friend:FRIEND; may be repeated",
            CompletionSources = { FriendName.Names },
        };
        var audience = new Option<string[]>("--audience")
        {
            HelpName = "TERM",
            Description =
                $"Who may see it: {AudienceTerm.Meaning}; may be repeated (friends when not said)",
            CompletionSources = { AudienceTerm.Terms },
        };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait for the hashing" };
        return new Verb(
            "add",
            "Show a folder to your friends; changes in it are followed.",
            "friendnet share add ~/Music",
            "friendnet share add ~/Holiday --name \"Holiday 2026\" --audience group:family",
            "friendnet share add ~/Diary --for Alice",
            "friendnet share add ~/Films --audience circle"
        )
        {
            path,
            name,
            audience,
            friends,
            noWait,
        }.Does(call =>
            Run(
                call,
                new NewShare(
                    Call.FullPath(call.Value(path), path.Name),
                    call.Value(name),
                    call.Value(friends) is { Length: > 0 } some ? some : null,
                    call.Value(audience) is { Length: > 0 } terms ? terms : null
                ),
                call.Value(noWait)
            )
        );
    }

    private static async Task Run(Call call, NewShare wanted, bool noWait)
    {
        var share = await call.Api.Post(
            "/shares",
            wanted,
            ContractJson.Default.NewShare,
            ContractJson.Default.Share,
            call.Cancel
        );
        if (!noWait)
        {
            share = await Indexing.Follow(call, share);
        }

        Indexing.Answer(call, share);
    }
}
