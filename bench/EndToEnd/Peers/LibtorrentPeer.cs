using System.Diagnostics;

namespace FriendNet.Bench.EndToEnd.Peers;

/// <summary>
/// libtorrent to libtorrent, a BitTorrent v2 torrent (BEP 52): plain, or all of it in RC4. Both
/// sessions stand; the clock runs from adding the torrent until it is written out.
/// </summary>
internal sealed class LibtorrentPeer : IPeer, IDisposable
{
    private readonly string _home;
    private readonly string _encryption;
    private readonly LibtorrentSession _seeder;
    private readonly LibtorrentSession _fetcher;

    internal LibtorrentPeer(string home, string encryption, IEnumerable<string> sources)
    {
        (_home, _encryption) = (home, encryption);
        Directory.CreateDirectory(home);
        _seeder = new(encryption);
        _fetcher = new(encryption);
        foreach (var source in sources)
        {
            _seeder.Do("make", TorrentOf(source), source, "v2", "-");
            _seeder.Do("seed", TorrentOf(source), Path.GetDirectoryName(source)!);
        }
    }

    public string Name => $"libtorrent v2 {_encryption}";

    public Cost Fetch(string name, string destination)
    {
        using var ends = new Ends([_seeder.Id], _fetcher.Id);
        var clock = Stopwatch.StartNew();
        _fetcher.Do("get", TorrentOf(name), destination, $"{_seeder.Port}");
        return ends.Cost(clock.Elapsed.TotalSeconds);
    }

    public void Dispose()
    {
        _seeder.Dispose();
        _fetcher.Dispose();
    }

    private string TorrentOf(string source) =>
        Path.Combine(_home, $"{Path.GetFileName(source)}.torrent");
}
