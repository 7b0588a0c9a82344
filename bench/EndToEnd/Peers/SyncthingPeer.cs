using System.Diagnostics;

namespace FriendNet.Bench.EndToEnd.Peers;

/// <summary>
/// Syncthing to Syncthing (TLS). The source has scanned its folders before; the fetching one is
/// given an empty folder. The clock runs from its first "syncing" until it rests and lacks
/// nothing: finding each other and telling the index are not counted, to its advantage. Their CPU
/// is.
/// </summary>
internal sealed class SyncthingPeer : IPeer, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly SyncthingNode _source;
    private readonly SyncthingNode _sink;
    private readonly Dictionary<string, long> _files = [];

    internal SyncthingPeer(string home, IEnumerable<string> sources)
    {
        _source = new(Path.Combine(home, "source"));
        _sink = new(Path.Combine(home, "sink"));
        _source.Start(_sink);
        _sink.Start(_source);
        foreach (var source in sources)
        {
            var (folder, path) = Place(source, Path.GetDirectoryName(source)!);
            _files[folder] = Directory.Exists(source)
                ? Directory.GetFiles(source, "*", SearchOption.AllDirectories).Length
                : 1;
            _source.Share(folder, path, "sendonly", _sink);
            Await(
                () => _source.Folder(folder) is { IsIdle: true } now && now.Known == _files[folder],
                _source.AwaitEvent,
                "scan of its source"
            );
        }

        Await(() => _sink.IsConnectedTo(_source), _sink.AwaitEvent, "connection");
    }

    public string Name => "Syncthing";

    public Cost Fetch(string name, string destination)
    {
        var (folder, path) = Place(name, destination);
        var last = _sink.LastEvent();
        using var ends = new Ends([_source.Id], _sink.Id);
        _sink.Share(folder, path, "receiveonly", _source);
        DateTimeOffset? start = null;
        DateTimeOffset end = default;
        Await(
            () =>
                end > start
                && _sink.Folder(folder) is { IsIdle: true, Lacking: 0 } now
                && now.Known == _files[folder],
            () =>
            {
                foreach (var state in _sink.States(last))
                {
                    last = state.Id;
                    if (state.Folder == folder && state.State == "syncing")
                        start ??= state.Time;
                    else if (state.Folder == folder && state.State == "idle")
                        end = state.Time;
                }
            },
            "fetch"
        );
        var cost = ends.Cost((end - start!.Value).TotalSeconds);
        _sink.Forget(folder);
        // Its own mark is not of the source; it mostly takes it away itself.
        var mark = System.IO.Path.Combine(path, SyncthingNode.Mark);
        if (Directory.Exists(mark))
            Directory.Delete(mark, recursive: true);
        return cost;
    }

    public void Dispose()
    {
        _source.Dispose();
        _sink.Dispose();
    }

    // A file's folder is shared for it, a folder itself.
    private static (string Folder, string Path) Place(string source, string parent)
    {
        var name = System.IO.Path.GetFileName(source);
        return name.Contains('.', StringComparison.Ordinal)
            ? (System.IO.Path.GetFileNameWithoutExtension(name), parent)
            : (name, System.IO.Path.Combine(parent, name));
    }

    /// <param name="wait">For news, a second at most.</param>
    private static void Await(Func<bool> condition, Action wait, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"Syncthing's {what} did not end in {Patience}.");
            wait();
        }
    }
}
