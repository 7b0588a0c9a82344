using System.CommandLine;
using System.CommandLine.Help;
using FriendNet.Node.Cli.Verbs;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using FriendNet.Node.Journal;

namespace FriendNet.Node.Cli;

/// <summary>Takes the words apart, runs the verb, gives the exit code.</summary>
/// <param name="more">Verbs of folders below this one.</param>
public sealed class CommandLine(params Func<Command>[] more)
{
    public Task<int> Run(IReadOnlyList<string> words) =>
        Run(words, Console.Out, Console.Error, CancellationToken.None);

    /// <summary>The same, with the answer to writers of one's own.</summary>
    public async Task<int> Run(
        IReadOnlyList<string> words,
        TextWriter output,
        TextWriter error,
        CancellationToken cancel
    )
    {
        var root = Tree();
        // No words: help. "help x y" is "x y --help".
        words = words is [] ? ["--help"] : HelpFor(words);
        var result = root.Parse(
            words,
            new ParserConfiguration { ResponseFileTokenReplacer = null }
        );
        if (result.Errors.Count > 0)
        {
            await error.WriteLineAsync(Printable.Escape(Sentence(result)));
            return (int)FailureKind.Usage;
        }

        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
        };
        return await result.InvokeAsync(invocation, cancel);
    }

    /// <summary>Every verb by its words, "share add"; what docs/cli.md must hold.</summary>
    public IEnumerable<(string Path, bool Hidden)> Verbs() => Verbs(Tree(), "");

    private static IEnumerable<(string Path, bool Hidden)> Verbs(Command command, string path) =>
        command is Verb
            ? [(path, command.Hidden)]
            : command.Subcommands.SelectMany(sub => Verbs(sub, $"{path} {sub.Name}".Trim()));

    private RootCommand Tree()
    {
        var root = new RootCommand("Share files with friends, and with nobody else.")
        {
            Flags.Home,
            Flags.Json,
            InitVerb.Build(),
            DaemonVerb.Build(),
            StatusVerb.Build(),
            Nouns.Invite(),
            Nouns.Friend(),
            Nouns.Group(),
            Nouns.Share(),
            BrowseVerb.Build(),
            SearchVerb.Build(),
            ReachVerb.Build(),
            GetVerb.Build(),
            LinkVerb.Build(),
            Nouns.Transfer(),
            Nouns.Torrent(),
            Nouns.Peer(),
            Nouns.Limit(),
            CompletionVerb.Build(),
            ExitCodes.Build(),
        };
        Array.ForEach(more, verb => root.Add(verb()));
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpText();
            // Those of other systems would be completed as well.
            foreach (var alias in (string[])["-?", "/?", "/h"])
            {
                help.Aliases.Remove(alias);
            }
        }

        return root;
    }

    private static IReadOnlyList<string> HelpFor(IReadOnlyList<string> words)
    {
        // Flags may stand before any verb, also this one.
        var at = 0;
        while (at < words.Count && words[at].StartsWith("--", StringComparison.Ordinal))
        {
            at += words[at] == Flags.Home.Name ? 2 : 1;
        }

        return words.Skip(at).ToArray() switch
        {
            ["help", "exit-codes"] => ["exit-codes"],
            ["help", .. var about] => [.. about, "--help"],
            _ => words,
        };
    }

    private static string Sentence(ParseResult result)
    {
        var command = result.CommandResult.Command;
        var path = HelpText.PathOf(command);
        var unknown = result.UnmatchedTokens is [var first, ..] ? first : null;
        if (unknown is null)
        {
            return command.Subcommands.Count > 0
                ? $"{path}: say which of {Words(command)}; see `{path} --help`."
                : $"{path}: {result.Errors[0].Message.TrimEnd('.')}; see `{path} --help`.";
        }

        var known = unknown.StartsWith('-')
            ? command.Options.Concat([Flags.Home, Flags.Json]).Select(option => option.Name)
            : command.Subcommands.Select(sub => sub.Name);
        return $"{path}: \"{unknown}\" is not known here; see `{path} --help`."
            + Suggestion.For(unknown, known);
    }

    private static string Words(Command command) =>
        string.Join(", ", command.Subcommands.Select(sub => sub.Name));
}
