using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class ShareList
{
    public static Verb Build() =>
        new Verb("list", "Show what you share, and with whom.", "friendnet share list").Does(Run);

    private static async Task Run(Call call)
    {
        var type = ContractJson.Default.IReadOnlyListShare;
        var shares = await call.Api.Get("/shares", type, call.Cancel);
        call.Answer(
            shares,
            type,
            all =>
            {
                var table = new TextTable("NAME", "STATE", "FILES", "SIZE", "FOR", "FOLDER");
                foreach (var share in all)
                {
                    table.Add(
                        share.Name,
                        share.Problem is null ? share.State : $"{share.State}: {share.Problem}",
                        Amount.Count(share.Files),
                        Amount.Bytes(share.Bytes),
                        AudienceTerm.Say(share.Audience),
                        share.Path
                    );
                }

                table.Write(call.Screen);
                call.HintIf(all.Count == 0, "Nothing yet: `friendnet share add FOLDER`.");
            }
        );
    }
}
