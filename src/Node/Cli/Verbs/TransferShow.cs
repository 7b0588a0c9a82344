using FriendNet.Crypto.Merkle;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class TransferShow
{
    public static Verb Build()
    {
        var id = TransferId.Argument();
        return new Verb(
            "show",
            "Show all about one transfer, and who brings it.",
            "friendnet transfer show 3"
        )
        {
            id,
        }.Does(call => Run(call, call.Value(id)));
    }

    private static async Task Run(Call call, long id)
    {
        var type = ContractJson.Default.Transfer;
        var found = await call.Api.Get($"/transfers/{id}", type, call.Cancel);
        call.Answer(
            found,
            type,
            transfer =>
                call.Facts(
                    ("name", transfer.Name),
                    ("state", transfer.State),
                    ("note", transfer.Problem ?? ""),
                    ("files", Amount.Count(transfer.Files)),
                    ("bytes", $"{Amount.Bytes(transfer.Done)} of {Amount.Bytes(transfer.Total)}"),
                    ("rate", Amount.Rate(transfer.BytesPerSecond)),
                    ("sources", string.Join("; ", transfer.Sources.Select(Sentence))),
                    ("into", transfer.Into),
                    ("blamed", string.Join("; ", transfer.Blamed.Select(Sentence)))
                )
        );
    }

    private static string Sentence(TransferSource source)
    {
        var steps = source.Hops is { } hops ? $", {hops} steps" : "";
        return (source.Via is { } via ? $"over {via}{steps}" : source.Name)
            + $": {Amount.Rate(source.BytesPerSecond)}";
    }

    private static string Sentence(Blame blame) =>
        $"{blame.Name} sent wrong bytes of {blame.File}"
        + (blame.Leaf is { } leaf ? $", first at byte {leaf * MerkleTree.LeafBytes}" : "");
}
