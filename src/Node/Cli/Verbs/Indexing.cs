using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>Waits while a share is hashed, with a bar.</summary>
internal static class Indexing
{
    /// <returns>The share when it is ready.</returns>
    public static async Task<Share> Follow(Call call, Share share)
    {
        using var bar = new ProgressBar(call.Screen, share.Name);
        var path = $"/shares/{Call.Segment(share.Name)}/events";
        await foreach (var now in call.Api.Events(path, ContractJson.Default.Share, call.Cancel))
        {
            share = now;
            if (now.State != "indexing")
            {
                break;
            }

            if (now.Hashing is { } hashing)
            {
                bar.Show(hashing.BytesDone, hashing.Bytes);
            }
        }

        return share;
    }

    public static void Say(Call call, Share share)
    {
        var files = $"{Amount.Files(share.Files)}, {Amount.Bytes(share.Bytes)}";
        var who = AudienceTerm.Say(share.Audience);
        call.Line(
            share.State switch
            {
                "indexing" => $"{share.Name} is being indexed ({files} so far); it is for {who}.",
                "missing" => $"{share.Path} is not there now; {share.Name} waits for it.",
                _ => $"{share.Name} is shared with {who}: {files}.",
            }
        );
        if (share.Problem is { } problem)
        {
            call.Complain($"{share.Name}: {problem}");
        }
    }
}
