using System.CommandLine;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Failures;

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

            var all = call.Value(circle) ? "&circle=1" : "";
            var who = Uri.EscapeDataString(call.Value(friend) ?? "");
            var where = Uri.EscapeDataString(call.Value(path) ?? "");
            var type = ContractJson.Default.IReadOnlyListEntry;
            var entries = await call.Api.Get(
                $"/browse?friend={who}&path={where}{all}",
                type,
                call.Cancel
            );
            call.Answer(entries, type, shown => Listing.Say(call, shown));
        });
    }
}
