using FriendNet.Tests.Node.Torrents;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>.torrents between two real daemons: made by libtorrent, and made by us.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class TorrentTests
{
    private const long Bytes = (17L << 20) + 5 + (1 << 20) + 16_385 + 1;

    [Fact]
    public async Task FriendsFetchByTorrentsOfLibtorrentAndOfOurs()
    {
        LiveNode.SkipUnlessPublished();
        Libtorrent.SkipUnlessInstalled();
        using var scratch = new Scratch();
        scratch.File("set/large.bin", (17 << 20) + 5, seed: 1);
        scratch.File("set/sub/one run.bin", 1 << 20, seed: 2);
        scratch.File("set/sub/größe.bin", 16_385, seed: 3);
        scratch.File("set/sub/byte", 1, seed: 4);
        scratch.File("set/sub/empty", 0);
        var set = Path.Combine(scratch, "set");
        using var pair = await FriendPair.Share(scratch, "set");
        var made = 0;
        foreach (var (piece, version) in Kinds)
        {
            var file = Path.Combine(scratch, $"{++made}.torrent");
            Fetches(Libtorrent.Create(file, piece, version, set));
        }

        var ours = Path.Combine(scratch, "ours.torrent");
        pair.Alice.Ok("torrent", "export", set, "-o", ours);
        Libtorrent.Seeds(ours, Fetches(ours), Bytes);

        var single = Path.Combine(scratch, "single.torrent");
        Libtorrent.Create(single, 1 << 16, "v2", Path.Combine(set, "large.bin"));
        pair.Bob.Ok("torrent", "import", single, "-o", scratch.Folder("single"));
        MainJobTests.Same(
            Path.Combine(set, "large.bin"),
            Path.Combine(scratch, "single", "large.bin")
        );

        var old = Libtorrent.Create(Path.Combine(scratch, "old"), 1 << 16, "v1", set);
        pair.Bob.Call("torrent", "import", old).Refused(2);

        string Fetches(string torrent)
        {
            var into = scratch.Folder($"into-{Path.GetFileName(torrent)}");
            pair.Bob.Ok("torrent", "import", torrent, "-o", into);
            MainJobTests.Same(set, Path.Combine(into, "set"));
            return into;
        }
    }

    private static IEnumerable<(long Piece, string Version)> Kinds =>
        [(1 << 14, "v2"), (1 << 17, "v2"), (1 << 20, "v2"), (1 << 24, "v2"), (1 << 15, "hybrid")];
}
