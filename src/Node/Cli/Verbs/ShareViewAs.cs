using System.CommandLine;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Verbs;

internal static class ShareViewAs
{
    public static Verb Build()
    {
        var friend = new Argument<string?>("FRIEND")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Its name, or its id; not with --circle",
            CompletionSources = { FriendName.Names },
        };
        var path = new Argument<string?>("PATH")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A folder within, as SHARE/FOLDER",
        };
        var circle = new Option<bool>("--circle")
        {
            Description = "As friends of your friends see them",
        };
        return new Verb(
            "view-as",
            "Show exactly what a friend sees of your shares.",
            "friendnet share view-as Alice",
            "friendnet share view-as Alice Music/Coltrane",
            "friendnet share view-as --circle"
        )
        {
            friend,
            path,
            circle,
        }.Does(call =>
        {
            string?[] words = [call.Value(friend), call.Value(path)];
            return call.Value(circle) ? Run(call, null, words) : Run(call, words[0], words[1..]);
        });
    }

    /// <param name="friend">Null: the circle.</param>
    /// <param name="rest">The path, and what is left over.</param>
    private static async Task Run(Call call, string? friend, string?[] rest)
    {
        if ((friend is null && rest.Length == 1) || rest is [_, { }])
        {
            throw new FailureException(
                FailureKind.Usage,
                "Say as whom: a friend's name, or --circle and no friend."
            );
        }

        var who = friend is null ? "" : $"/{Call.Segment(friend)}";
        var url = $"/shares/view-as{who}?path={Uri.EscapeDataString(rest[0] ?? "")}";
        var type = ContractJson.Default.IReadOnlyListEntry;
        var entries = await call.Api.Get(url, type, call.Cancel);
        call.Answer(entries, type, all => Listing.Say(call, all));
        if (rest[0] is null)
        {
            await SayWhatIsLeftOut(call, friend);
        }
    }

    private static async Task SayWhatIsLeftOut(Call call, string? friend)
    {
        var type = ContractJson.Default.IReadOnlyListShare;
        var shares = await call.Api.Get("/shares", type, call.Cancel);
        if (shares.All(share => share.LeftOut.Count == 0))
        {
            return;
        }

        // It may have been called by its id; viewers are told by name.
        var name = friend is null ? null : (await FriendShow.Get(call, friend)).Name;
        foreach (var share in shares)
        {
            if (share.LeftOut.Any(viewer => viewer == name || viewer == "circle"))
            {
                call.Complain($"{share.Name}: {share.Problem}");
            }
        }
    }
}
