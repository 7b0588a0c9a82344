using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class ShareRescan
{
    public static Verb Build()
    {
        var share = ShareName.Argument();
        return new Verb(
            "rescan",
            "Look through a shared folder again; only what changed is hashed.",
            "friendnet share rescan Music"
        )
        {
            share,
        }.Does(async call =>
        {
            var path = $"/shares/{Call.Segment(call.Value(share))}/rescan";
            var now = await call.Api.Post(path, ContractJson.Default.Share, call.Cancel);
            now = await Indexing.Follow(call, now);
            Indexing.Answer(call, now);
        });
    }
}
