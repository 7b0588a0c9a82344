namespace FriendNet.Node.Cli.Rendering;

/// <summary>Where a command writes, and whether a person looks on.</summary>
/// <param name="OutIsTerminal">Tables may wrap and have style.</param>
/// <param name="ErrorIsTerminal">Progress may move.</param>
/// <param name="Colour">A terminal, and neither NO_COLOR nor TERM=dumb.</param>
public sealed record Screen(
    TextWriter Out,
    TextWriter Error,
    bool OutIsTerminal,
    bool ErrorIsTerminal,
    bool Colour
)
{
    /// <summary>The process's own.</summary>
    public static Screen Own(Func<string, string?> environment) =>
        new(
            Console.Out,
            Console.Error,
            !Console.IsOutputRedirected,
            !Console.IsErrorRedirected && environment("TERM") is not (null or "dumb"),
            string.IsNullOrEmpty(environment("NO_COLOR"))
                && environment("TERM") is not (null or "dumb")
        );
}
