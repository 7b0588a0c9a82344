using System.Diagnostics;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// rsync in daemon mode on loopback: plaintext, unverified, and not on disk when it says done,
/// unless it is told to sync.
/// </summary>
internal sealed class RsyncPeer : IPeer, IDisposable
{
    private readonly Process _daemon;
    private readonly int _port;
    private readonly bool _isSynced;

    internal RsyncPeer(string home, string sources, bool isSynced)
    {
        _isSynced = isSynced;
        Directory.CreateDirectory(home);
        _port = Loopback.FreePort();
        var config = Path.Combine(home, "rsyncd.conf");
        File.WriteAllText(
            config,
            $"use chroot = no\nreverse lookup = no\npid file = {home}/pid\n"
                + $"uid = {Environment.UserName}\n[s]\npath = {sources}\nread only = yes\n"
        );
        _daemon = Command.Start(
            "rsync",
            "--daemon",
            "--no-detach",
            "--address=127.0.0.1",
            $"--port={_port}",
            $"--config={config}"
        );
        Loopback.WaitUntilOpen(_port);
    }

    public string Name => _isSynced ? "rsync --fsync" : "rsync daemon";

    public Cost Fetch(string name, string destination)
    {
        using var ends = new Ends([_daemon.Id]);
        var (wall, cpu) = Command.Time(
            ends,
            "rsync",
            "-a",
            _isSynced ? "--fsync" : "--archive",
            "--whole-file",
            $"rsync://127.0.0.1:{_port}/s/{name}",
            destination + "/"
        );
        // The daemon's child is counted when the daemon has waited for it.
        ends.AwaitReaped();
        return ends.Cost(wall, cpu);
    }

    public void Dispose()
    {
        _daemon.Kill();
        _daemon.WaitForExit();
        _daemon.Dispose();
    }
}
