namespace FriendNet.Bench.EndToEnd.Peers;

/// <summary>
/// aria2 to aria2 by BitTorrent v1 (it knows no v2), plain. The clock runs for the whole of a
/// command that ends when all is there.
/// </summary>
internal sealed class AriaPeer : IPeer, IDisposable
{
    private static readonly string[] Quiet =
    [
        "--no-conf",
        "--quiet",
        "--enable-dht=false",
        "--enable-dht6=false",
        "--bt-enable-lpd=false",
        "--enable-peer-exchange=false",
        "--disable-ipv6",
        "--file-allocation=none",
    ];

    private readonly Seeders _seeders;

    internal AriaPeer(string home, IEnumerable<string> sources, Tracker tracker) =>
        _seeders = new(
            home,
            sources,
            tracker,
            (torrent, folder, port) =>
                Command.Start(
                    "aria2c",
                    [
                        .. Quiet,
                        "--check-integrity",
                        "--seed-ratio=0",
                        $"--listen-port={port}",
                        $"--dir={folder}",
                        torrent,
                    ]
                )
        );

    public string Name => "aria2";

    public Cost Fetch(string name, string destination)
    {
        using var ends = new Ends([_seeders.IdOf(name)]);
        var (wall, cpu) = Command.Time(
            ends,
            "aria2c",
            [
                .. Quiet,
                "--seed-time=0",
                $"--listen-port={Loopback.FreePort()}",
                $"--dir={destination}",
                _seeders.TorrentOf(name),
            ]
        );
        return ends.Cost(wall, cpu);
    }

    public void Dispose() => _seeders.Dispose();
}
