using System.CommandLine;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Failures;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Cli.Verbs;

internal static class TorrentImportVerb
{
    private const string MagnetScheme = "magnet:";

    public static Verb Build()
    {
        var file = new Argument<string>("FILE") { Description = "A .torrent of version 2" };
        var flags = new FetchFlags();
        return new Verb(
            "import",
            "Fetch the files of a v2 .torrent from friends who have them.",
            "friendnet torrent import albums.torrent",
            "friendnet torrent import albums.torrent -o ~/Music"
        )
        {
            file,
            flags.Into,
            flags.NoWait,
            flags.Quiet,
            flags.Patience,
        }.Does(call => Run(call, call.Value(file), flags));
    }

    private static async Task Run(Call call, string file, FetchFlags flags)
    {
        var torrent = await Read(file, call.Cancel);
        var into = Uri.EscapeDataString(flags.IntoOf(call) ?? "");
        var type = ContractJson.Default.Transfer;
        var path = $"/torrents?into={into}" + (call.Value(flags.Quiet) ? "&quiet=true" : "");
        await flags.Follow(call, await call.Api.Post(path, torrent, type, call.Cancel));
    }

    private static async Task<byte[]> Read(string file, CancellationToken cancel)
    {
        if (file.StartsWith(MagnetScheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new FailureException(
                FailureKind.Usage,
                "A magnet link names a torrent and does not list its files: ask for the .torrent."
            );
        }

        if (Directory.Exists(file))
        {
            throw new FailureException(FailureKind.Usage, $"{file} is a folder: say a .torrent.");
        }

        if (!File.Exists(file))
        {
            throw new FailureException(
                FailureKind.NotFound,
                $"There is no file {file}: check how it is spelt."
            );
        }

        // Before it is in memory: it may be anything.
        return new FileInfo(file).Length <= Limits.TorrentBytesMax
            ? await File.ReadAllBytesAsync(file, cancel)
            : throw new FailureException(
                FailureKind.Usage,
                $"{file} has more than {Limits.TorrentBytesMax >> 20} MiB: that is no .torrent."
            );
    }
}
