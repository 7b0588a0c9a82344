using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class ShareViewAs
{
    public static Verb Build()
    {
        var friend = FriendName.Argument();
        var path = new Argument<string?>("PATH")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A folder within, as SHARE/FOLDER",
        };
        return new Verb(
            "view-as",
            "Show exactly what a friend sees of your shares.",
            "friendnet share view-as Alice",
            "friendnet share view-as Alice Music/Coltrane"
        )
        {
            friend,
            path,
        }.Does(async call =>
        {
            var where = Uri.EscapeDataString(call.Value(path) ?? "");
            var url = $"/shares/view-as/{Call.Segment(call.Value(friend))}?path={where}";
            var type = ContractJson.Default.IReadOnlyListEntry;
            var entries = await call.Api.Get(url, type, call.Cancel);
            call.Answer(entries, type, all => Listing.Say(call, all));
        });
    }
}
