using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class BrowseVerb
{
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
        return new Verb(
            "browse",
            "Walk through what friends share, also while they are offline.",
            "friendnet browse",
            "friendnet browse Alice",
            "friendnet browse Alice Music/Coltrane"
        )
        {
            friend,
            path,
        }.Does(async call =>
        {
            var who = Uri.EscapeDataString(call.Value(friend) ?? "");
            var where = Uri.EscapeDataString(call.Value(path) ?? "");
            var type = ContractJson.Default.IReadOnlyListEntry;
            var entries = await call.Api.Get(
                $"/browse?friend={who}&path={where}",
                type,
                call.Cancel
            );
            call.Answer(entries, type, all => Listing.Say(call, all));
        });
    }
}
