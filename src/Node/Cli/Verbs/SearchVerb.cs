using System.CommandLine;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Verbs;

internal static class SearchVerb
{
    private const int ResultsShown = 50;

    public static Verb Build()
    {
        var words = new Argument<string[]>("WORDS")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "All of them must occur, in names or folders",
        };
        var limit = new Option<int>("--limit")
        {
            HelpName = "N",
            Description = $"How many results at most ({ResultsShown} when not said)",
            DefaultValueFactory = _ => ResultsShown,
        };
        return new Verb(
            "search",
            "Search all that friends and their friends share; nothing leaves this machine.",
            "friendnet search blue train",
            "friendnet search coltrane --json | jq -r '.[0].id'"
        )
        {
            words,
            limit,
        }.Does(call => Run(call, call.Value(words), call.Value(limit)));
    }

    private static async Task Run(Call call, string[] words, int limit)
    {
        var query = string.Join(' ', words);
        if (Wrong(words, query, limit) is { } sentence)
        {
            throw new FailureException(FailureKind.Usage, sentence);
        }

        query = Uri.EscapeDataString(query);
        var type = ContractJson.Default.IReadOnlyListHit;
        var hits = await call.Api.Get($"/search?q={query}&limit={limit}", type, call.Cancel);
        call.Answer(
            hits,
            type,
            all =>
            {
                var table = new TextTable("#", "NAME", "SIZE", "FILES", "FROM", "WAYS", "FOLDER");
                foreach (var hit in all)
                {
                    table.Add(
                        $"{hit.Number}",
                        hit.Kind == "folder" ? $"{hit.Name}/" : hit.Name,
                        Amount.Bytes(hit.Size),
                        Amount.Count(hit.Files),
                        string.Join(", ", hit.Sources.Select(Shown).Distinct()),
                        $"{hit.Ways}",
                        hit.Path
                    );
                }

                table.Write(call.Screen);
                call.Hint(
                    all.Count == 0
                        ? "Nothing found: try fewer or shorter words."
                        : "Fetch one by its number: `friendnet get 1`."
                );
            }
        );
    }

    private static string? Wrong(string[] words, string query, int limit) =>
        words.FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal)) is { } flag
            ? $"{flag} is not known here: to search for it, leave the dashes away."
        : limit < 1 ? $"--limit {limit} shows nothing: say 1 or more."
        : SearchWords.Parse(query) is null
            ? $"\"{query}\" has no letter and no digit to search for."
        : null;

    private static string Shown(Source source) =>
        (source.Hops, source.Online) switch
        {
            (1, true) => source.Via,
            (1, false) => $"{source.Via} (offline)",
            (var steps, true) => $"{source.Via} ({steps} steps)",
            (var steps, false) => $"{source.Via} ({steps} steps, offline)",
        };
}
