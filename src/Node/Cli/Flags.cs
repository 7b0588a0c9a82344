using System.CommandLine;

namespace FriendNet.Node.Cli;

/// <summary>Flags that every verb knows.</summary>
internal static class Flags
{
    public static Option<string> Home { get; } =
        new("--home")
        {
            Recursive = true,
            HelpName = "DIR",
            Description = "Folder with all state (else FRIENDNET_HOME, else XDG's)",
        };

    public static Option<bool> Json { get; } =
        new("--json")
        {
            Recursive = true,
            Description = "Answer as JSON, the same in all versions",
        };
}
