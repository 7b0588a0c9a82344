using System.CommandLine;
using System.Text.Json;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Verbs;

internal static class BrowseVerb
{
    private const int PageNames = 2_000;

    public static Verb Build()
    {
        var friend = new Argument<string?>("FRIEND")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Its name, or ~ and a pseudonym's digits; else all friends",
            CompletionSources = { FriendName.Names },
        };
        var path = new Argument<string?>("PATH")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A folder within, as SHARE/FOLDER",
        };
        var circle = new Option<bool>("--circle")
        {
            Description = "List friends of friends, by their pseudonyms; without FRIEND",
        };
        return new Verb(
            "browse",
            "Walk through what friends share, also while they are offline.",
            "friendnet browse",
            "friendnet browse Alice",
            "friendnet browse Alice Music/Coltrane",
            "friendnet browse --circle"
        )
        {
            friend,
            path,
            circle,
        }.Does(async call =>
        {
            if (call.Value(circle) && call.Value(friend) is not null)
            {
                throw new FailureException(
                    FailureKind.Usage,
                    "Say a friend, or --circle to list friends of friends: not both."
                );
            }

            var who = Uri.EscapeDataString(call.Value(friend) ?? "");
            var where = Uri.EscapeDataString(call.Value(path) ?? "");
            await Run(call, call.Value(circle) ? "circle=1" : $"friend={who}&path={where}");
        });
    }

    /// <summary>Page by page, each shown as it comes: a folder may hold a million names.</summary>
    private static async Task Run(Call call, string what)
    {
        var type = ContractJson.Default.IReadOnlyListEntry;
        var (shown, after) = (0, "");
        IReadOnlyList<Entry> page;
        do
        {
            page = await call.Api.Get(
                $"/browse?{what}&after={after}&limit={PageNames}",
                type,
                call.Cancel
            );
            if (call.Json)
            {
                Write(call.Screen.Out, page, isFirst: shown == 0);
            }
            else if (shown == 0 || page.Count > 0)
            {
                Listing.Say(call, page);
            }

            shown += page.Count;
            after = page is [.., var last] ? Uri.EscapeDataString($"{last.Kind}/{last.Name}") : "";
        } while (page.Count >= PageNames && !IsTop(what));

        if (call.Json)
        {
            await call.Screen.Out.WriteLineAsync("]");
        }
    }

    /// <summary>Friends and pseudonyms come whole.</summary>
    private static bool IsTop(string what) =>
        what is "circle=1" || what.StartsWith("friend=&", StringComparison.Ordinal);

    /// <summary>One list, of which this is a part.</summary>
    private static void Write(TextWriter output, IReadOnlyList<Entry> page, bool isFirst)
    {
        var list = JsonSerializer.Serialize(page, ContractJson.Default.IReadOnlyListEntry);
        output.Write(
            isFirst ? "["
            : page.Count > 0 ? ","
            : ""
        );
        output.Write(list.AsSpan(1, list.Length - 2));
    }
}
