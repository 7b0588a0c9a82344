using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>The argument that names a share; the shell completes it.</summary>
internal static class ShareName
{
    public static Argument<string> Argument() =>
        new("SHARE")
        {
            Description = "Its name, as `share list` shows it",
            CompletionSources =
            {
                context =>
                    Known.Of(
                        context,
                        "/shares",
                        ContractJson.Default.IReadOnlyListShare,
                        share => share.Name
                    ),
            },
        };
}
