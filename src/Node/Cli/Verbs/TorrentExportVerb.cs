using System.CommandLine;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Failures;
using FriendNet.Node.Torrents;
using FriendNet.Protocol.Torrents;

namespace FriendNet.Node.Cli.Verbs;

internal static class TorrentExportVerb
{
    public static Verb Build()
    {
        var what = new Argument<string>("WHAT")
        {
            Description = "Path or id of a file or folder that you share, or a file's link",
        };
        var output = new Option<string>("-o", "--output")
        {
            HelpName = "FILE",
            Description = "The .torrent to write",
            Required = true,
        };
        var force = new Option<bool>("--force") { Description = "Replace what stands there" };
        return new Verb(
            "export",
            "Write a v2 .torrent of what you share, and print its magnet link.",
            "friendnet torrent export ~/Music/albums -o albums.torrent",
            "friendnet torrent export ID -o one.torrent --force"
        )
        {
            what,
            output,
            force,
        }.Does(call =>
            Run(
                call,
                call.Value(what),
                Call.FullPath(call.Value(output)!, output.Name),
                call.Value(force)
            )
        );
    }

    private static async Task Run(Call call, string what, string file, bool mayReplace)
    {
        var wanted = Uri.EscapeDataString(Call.Meant(what));
        var bytes = await call.Api.GetBytes($"/torrents?what={wanted}", call.Cancel);
        // What is written is what others will read: by the same eyes first.
        if (!TorrentReader.TryRead(bytes, out var torrent, out var fault))
        {
            throw new FailureException(
                FailureKind.Damaged,
                $"The daemon gave no whole torrent ({fault}), so nothing was written: try again, "
                    + "then see its log."
            );
        }

        NewFile.Write(file, bytes, mayReplace);
        call.Answer(
            new ExportedTorrent(
                file,
                torrent.Magnet,
                torrent.InfoHash.ToString(),
                torrent.Name,
                torrent.Files.Count,
                torrent.Bytes,
                torrent.PieceBytes
            ),
            ContractJson.Default.ExportedTorrent,
            made => call.Line(made.Magnet)
        );
        call.HintIf(
            !call.Json,
            "Friends fetch by it: `friendnet torrent import`. A BitTorrent client that is given it "
                + "tells strangers that you have this."
        );
    }
}
