using System.CommandLine;
using System.CommandLine.Completions;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>The argument that names a group; the shell completes it.</summary>
internal static class GroupName
{
    public static Argument<string> Argument() =>
        new("GROUP")
        {
            Description = "Its name, as `group list` shows it",
            CompletionSources = { Names },
        };

    public static IEnumerable<CompletionItem> Names(CompletionContext context) =>
        Known.Of(context, "/groups", ContractJson.Default.IReadOnlyListGroup, group => group.Name);
}
