using Spectre.Console;

namespace FriendNet.Node.Cli.Rendering;

/// <summary>Spectre over one writer. Touching this type loads the library.</summary>
internal static class Styled
{
    public static IAnsiConsole Console(TextWriter output, bool colour) =>
        AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(output),
                ColorSystem = colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            }
        );
}
