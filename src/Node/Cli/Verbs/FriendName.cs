using System.CommandLine;
using System.CommandLine.Completions;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>The argument that names a friend; the shell completes it.</summary>
internal static class FriendName
{
    public static Argument<string> Argument() =>
        new("FRIEND") { Description = "Its name, or its id", CompletionSources = { Names } };

    public static IEnumerable<CompletionItem> Names(CompletionContext context) =>
        Known.Of(
            context,
            "/friends",
            ContractJson.Default.IReadOnlyListFriend,
            friend => friend.Name
        );
}
