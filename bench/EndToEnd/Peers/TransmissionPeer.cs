using System.Diagnostics;

namespace FriendNet.Bench.EndToEnd.Peers;

/// <summary>
/// transmission-cli to the same by BitTorrent v1 (Debian's 3.00 knows no v2); it prefers RC4, as it
/// comes. The clock runs from the start of the fetching process until it runs its finish script.
/// </summary>
internal sealed class TransmissionPeer : IPeer, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private const FileShare Shared = FileShare.ReadWrite;
    private readonly string _home;
    private readonly Seeders _seeders;

    internal TransmissionPeer(string home, IEnumerable<string> sources, Tracker tracker)
    {
        _home = home;
        _seeders = new(
            home,
            sources,
            tracker,
            (torrent, folder, port) => Start(torrent, folder, port)
        );
    }

    public string Name => "transmission";

    public Cost Fetch(string name, string destination)
    {
        var done = Path.Combine(_home, Path.GetRandomFileName());
        var script = done + ".sh";
        // A pipe: its other end waits without looking.
        Command.Run("mkfifo", done);
        using var told = new FileStream(done, FileMode.Open, FileAccess.ReadWrite, Shared, 0);
        var finish = Task.Run(told.ReadByte);
        File.WriteAllText(script, $"#!/bin/sh\necho >'{done}'\n");
        File.SetUnixFileMode(
            script,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        using var ends = new Ends([_seeders.IdOf(name)]);
        var clock = Stopwatch.StartNew();
        using var fetcher = Start(
            _seeders.TorrentOf(name),
            destination,
            Loopback.FreePort(),
            "-f",
            script
        );
        _ = fetcher.StandardOutput.ReadToEndAsync();
        _ = fetcher.StandardError.ReadToEndAsync();
        ends.Joined(fetcher.Id);
        var isOver = Task.WaitAny([finish, fetcher.WaitForExitAsync()], Patience) >= 0;
        var cost = ends.Cost(clock.Elapsed.TotalSeconds, Command.CpuSeconds(fetcher.Id));
        // It writes out what it still holds when it is told to end.
        Command.Run("kill", "-INT", $"{fetcher.Id}");
        isOver &= fetcher.WaitForExit(Patience);
        // Else who reads would wait for good where the script did not run.
        told.WriteByte(0);
        return isOver
            ? cost
            : throw new TimeoutException($"transmission-cli did not end in {Patience}.");
    }

    public void Dispose() => _seeders.Dispose();

    private Process Start(string torrent, string folder, int port, params string[] more)
    {
        var config = Path.Combine(_home, $"config-{Path.GetRandomFileName()}");
        Directory.CreateDirectory(config);
        File.WriteAllText(
            Path.Combine(config, "settings.json"),
            """
            {"dht-enabled":false,"lpd-enabled":false,"utp-enabled":false,"pex-enabled":false,
            "port-forwarding-enabled":false,"rpc-enabled":false,"blocklist-enabled":false}
            """
        );
        return Command.Start(
            "transmission-cli",
            ["-g", config, "-w", folder, "-p", $"{port}", "-M", "-D", "-U", .. more, torrent]
        );
    }
}
