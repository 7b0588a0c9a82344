using System.CommandLine;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>The argument that names a share.</summary>
internal static class ShareName
{
    public static Argument<string> Argument() =>
        new("SHARE") { Description = "Its name, as `share list` shows it" };
}
