using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class ShareAudience
{
    public static Verb Build()
    {
        var share = ShareName.Argument();
        var terms = new Argument<string[]>("TERM")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = $"Who may see it: {AudienceTerm.Meaning}; any of them suffices",
            CompletionSources = { AudienceTerm.Terms },
        };
        return new Verb(
            "audience",
            "Say who may see a share from now on.",
            "friendnet share audience Music circle",
            "friendnet share audience Holiday group:family friend:Alice"
        )
        {
            share,
            terms,
        }.Does(async call =>
        {
            var changed = await call.Api.Patch(
                $"/shares/{Call.Segment(call.Value(share))}",
                new ShareChange(call.Value(terms)),
                ContractJson.Default.ShareChange,
                ContractJson.Default.Share,
                call.Cancel
            );
            Indexing.Answer(call, changed);
        });
    }
}
