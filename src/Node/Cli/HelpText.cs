using System.CommandLine;
using System.CommandLine.Invocation;

namespace FriendNet.Node.Cli;

/// <summary>Help with the examples first, then what there is.</summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    private const int NameColumn = 24;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return 0;
    }

    /// <summary>"friendnet share add".</summary>
    public static string PathOf(Command command)
    {
        var parents = command.Parents.OfType<Command>().FirstOrDefault();
        return parents is null ? "friendnet" : $"{PathOf(parents)} {command.Name}";
    }

    private static void Write(Command command, TextWriter output)
    {
        output.WriteLine(command.Description);
        var examples = command switch
        {
            Verb verb => verb.Examples,
            RootCommand => RootExamples,
            _ => command.Subcommands.OfType<Verb>().Select(verb => verb.Examples[0]),
        };
        Section(output, "Examples", examples.Select(line => $"  {line}"));
        Section(output, "Usage", [$"  {Usage(command)}"]);
        Section(
            output,
            "Commands",
            Rows(command.Subcommands.Where(sub => !sub.Hidden).Select(Row))
        );
        Section(output, "Arguments", Rows(command.Arguments.Select(Row)));
        Section(output, "Options", Rows(Options(command).Select(Row)));
        if (command is RootCommand)
        {
            output.WriteLine();
            output.WriteLine("More: `friendnet help VERB`, `friendnet help exit-codes`.");
        }
    }

    private static IReadOnlyList<string> RootExamples { get; } =
    [
        "friendnet init --name Alice           make your identity",
        "friendnet daemon &                    start serving",
        "friendnet invite create               a link to send to a friend",
        "friendnet friend add -                what the friend does with it",
        "friendnet share add ~/Music           show a folder to your friends",
        "friendnet search blue train           look through all they share",
        "friendnet get 1                       fetch the first result",
        "friendnet demo                        see all of it happen here",
    ];

    private static IEnumerable<Option> Options(Command command) =>
        command is RootCommand
            ? command.Options.Where(option => !option.Hidden)
            : command.Options.Concat([Flags.Home, Flags.Json]).Where(option => !option.Hidden);

    private static string Usage(Command command)
    {
        var words = command.Arguments.Select(argument =>
            (argument.Arity.MinimumNumberOfValues, argument.Arity.MaximumNumberOfValues) switch
            {
                (0, 1) => $" [{Name(argument)}]",
                (0, _) => $" [{Name(argument)}...]",
                (_, 1) => $" {Name(argument)}",
                _ => $" {Name(argument)}...",
            }
        );
        var sub = command.Subcommands.Count > 0 ? " COMMAND" : "";
        return $"{PathOf(command)}{sub}{string.Concat(words)} [OPTIONS]";
    }

    private static string Name(Argument argument) => argument.HelpName ?? argument.Name;

    private static (string, string?) Row(Argument argument) =>
        (Name(argument), argument.Description);

    private static (string, string?) Row(Command command) => (command.Name, command.Description);

    private static (string, string?) Row(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(IsShown).Append(option.Name));
        return (option.HelpName is null ? names : $"{names} {option.HelpName}", option.Description);
    }

    private static bool IsShown(string alias) => alias is not ("/?" or "/h" or "-?");

    private static IEnumerable<string> Rows(IEnumerable<(string Name, string? Text)> rows) =>
        rows.Select(row => $"  {row.Name.PadRight(NameColumn)} {row.Text}".TrimEnd());

    private static void Section(TextWriter output, string title, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"{title}:");
        all.ForEach(output.WriteLine);
    }
}
