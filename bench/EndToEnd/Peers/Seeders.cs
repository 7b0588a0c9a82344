using System.Diagnostics;

namespace FriendNet.Bench.EndToEnd.Peers;

/// <summary>
/// Torrents (v1, by libtorrent) and one seeding process for each, of a program that takes a torrent
/// on its command line and meets others by a tracker.
/// </summary>
internal sealed class Seeders : IDisposable
{
    private readonly string _home;
    private readonly Dictionary<string, Process> _processes = [];

    /// <param name="start">Starts a seeder: torrent, folder that has its files, port.</param>
    internal Seeders(
        string home,
        IEnumerable<string> sources,
        Tracker tracker,
        Func<string, string, int, Process> start
    )
    {
        _home = home;
        Directory.CreateDirectory(home);
        using var maker = new LibtorrentSession("plain");
        foreach (var source in sources)
        {
            var port = Loopback.FreePort();
            var name = Path.GetFileName(source);
            maker.Do("make", TorrentOf(name), source, "v1", tracker.Url(port));
            var process = start(TorrentOf(name), Path.GetDirectoryName(source)!, port);
            _processes[name] = process;
            // What they say must be read, or a full pipe would stop them.
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            try
            {
                tracker.AwaitSeeder(port);
            }
            catch (TimeoutException)
            {
                Dispose();
                throw;
            }
        }
    }

    internal string TorrentOf(string source) =>
        Path.Combine(_home, $"{Path.GetFileName(source)}.torrent");

    internal int IdOf(string source) => _processes[Path.GetFileName(source)].Id;

    public void Dispose()
    {
        foreach (var process in _processes.Values)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
