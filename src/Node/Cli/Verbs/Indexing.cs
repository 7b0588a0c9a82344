using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>Waits while a share is hashed, with a bar, and says what came of it.</summary>
internal static class Indexing
{
    /// <returns>The share when it is ready, or when something keeps it from that.</returns>
    public static async Task<Share> Follow(Call call, Share share)
    {
        using var bar = new ProgressBar(call.Screen, share.Name);
        var path = $"/shares/{Call.Segment(share.Name)}/events";
        await foreach (var now in call.Api.Events(path, ContractJson.Default.Share, call.Cancel))
        {
            share = now;
            if (now.Hashing is { } hashing)
            {
                bar.Show(hashing.BytesDone, hashing.Bytes);
            }
        }

        call.Outcome = share.State == "ready" ? FailureKind.None : FailureKind.Disk;
        return share;
    }

    /// <summary>
    /// The share on stdout; what keeps files from being shared on stderr, for scripts as well.
    /// </summary>
    public static void Answer(Call call, Share share)
    {
        var hasFailed = call.Outcome != FailureKind.None;
        call.Answer(
            share,
            ContractJson.Default.Share,
            one =>
            {
                if (!hasFailed)
                {
                    call.Line(Sentence(one));
                }
            }
        );
        if (share.Problem is { } problem)
        {
            call.Complain(hasFailed ? problem : $"{share.Name}: {problem}");
        }
    }

    private static string Sentence(Share share)
    {
        var files = $"{Amount.Files(share.Files)}, {Amount.Bytes(share.Bytes)}";
        var who = AudienceTerm.Say(share.Audience);
        return share.State switch
        {
            "indexing" => $"{share.Name} is being indexed ({files} so far); it is for {who}.",
            "missing" => $"{share.Path} is not there now; {share.Name} waits for it.",
            _ => $"{share.Name} is shared with {who}: {files}.",
        };
    }
}
