using System.Diagnostics;

namespace FriendNet.Bench.EndToEnd.Peers;

/// <summary>A process of libtorrent_peer.py, told line by line what to do.</summary>
internal sealed class LibtorrentSession : IDisposable
{
    // Debian's module is seen by Debian's Python alone.
    private const string Python = "/usr/bin/python3";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly Process _process;

    internal LibtorrentSession(string encryption)
    {
        Port = Loopback.FreePort();
        var script = Path.Combine(AppContext.BaseDirectory, "libtorrent_peer.py");
        _process = Command.Start(Python, script, $"{Network.Address}", $"{Port}", encryption);
    }

    internal int Id => _process.Id;

    internal int Port { get; }

    internal void Do(params string[] words)
    {
        _process.StandardInput.WriteLine(string.Join('\t', words));
        _process.StandardInput.Flush();
        var answer = _process.StandardOutput.ReadLineAsync();
        if (!answer.Wait(Patience))
            throw new TimeoutException($"libtorrent's {words[0]} did not end in {Patience}.");
        if (answer.Result != "done")
        {
            throw new InvalidOperationException(
                answer.Result ?? _process.StandardError.ReadToEnd()
            );
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
