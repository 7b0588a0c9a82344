using System.Runtime.InteropServices;
using FriendNet.Node.Linux;

namespace FriendNet.Node.Shares;

/// <summary>
/// Tells which paths of a share changed. The scan adds each folder just before it lists it, so
/// that nothing falls between, and new or moved folders come to be watched by being scanned.
/// </summary>
internal sealed class FolderWatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, string> _folders = [];
    private readonly string _root;
    private readonly Action<string> _touched;
    private readonly Inotify? _inotify;
    private readonly Thread? _thread;
    private volatile string? _failure;

    /// <param name="touched">Called on a thread of the watch; "": look at everything.</param>
    internal FolderWatch(string root, Action<string> touched)
    {
        _root = root;
        _touched = touched;
        var error = Inotify.Open(out _inotify);
        if (_inotify is null)
        {
            Fail(error);
            return;
        }
        _thread = new Thread(Run) { Name = "watch", IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Why changes are not seen at once any more, and what to do; null if they are.
    /// </summary>
    internal string? Failure => _failure;

    /// <summary>
    /// Watches a folder of the share ("" is the share itself), not what is below.
    /// </summary>
    internal void Add(string path)
    {
        if (_inotify is null)
            return;
        lock (_gate)
        {
            var watch = _inotify.Add($"{_root}/{path}", follow: path.Length == 0);
            if (watch >= 0)
                _folders[watch] = path;
            else if (-watch is not (FileStat.NoEntry or FileStat.NotADirectory))
                Fail(-watch);
        }
    }

    public void Dispose()
    {
        _inotify?.Stop();
        _thread?.Join();
        _inotify?.Dispose();
    }

    private void Run()
    {
        List<FolderReport> reports = [];
        while (_inotify!.Wait(reports))
        {
            foreach (var report in reports)
                Take(report);
        }
    }

    private void Take(FolderReport report)
    {
        string? path;
        lock (_gate)
        {
            if (report.Events.HasFlag(InotifyEvents.Ignored))
                _folders.Remove(report.Watch);
            path = Locate(report);
            var isMovedFolder = InotifyEvents.MovedFrom | InotifyEvents.IsDirectory;
            if (path is not null && (report.Events & isMovedFolder) == isMovedFolder)
                Forget(path);
        }
        if (path is not null)
            _touched(path);
    }

    // "" when reports were lost, null when the report is of no use.
    private string? Locate(FolderReport report)
    {
        if (report.Events.HasFlag(InotifyEvents.Overflow))
            return "";
        if (report.Name.Length == 0 || !_folders.TryGetValue(report.Watch, out var folder))
            return null;
        // What is being fetched changes all the time, and is not indexed.
        if (report.Name.EndsWith(PartName.Suffix, StringComparison.Ordinal))
            return null;
        return folder.Length == 0 ? report.Name : $"{folder}/{report.Name}";
    }

    // A folder moved away is still watched, under a path that is wrong; where it went, if that is
    // in the share, the scan watches it anew.
    private void Forget(string path)
    {
        var prefix = path + "/";
        foreach (var (watch, folder) in _folders)
        {
            if (folder != path && !folder.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            _inotify!.Remove(watch);
            _folders.Remove(watch);
        }
    }

    private void Fail(int error) =>
        _failure ??=
            $"Changes are found only by a full scan every {ShareIndexSettings.UnwatchedMinutes} "
            + "minutes, because the system cannot watch "
            + $"({Marshal.GetPInvokeErrorMessage(error)}). "
            + "Raise fs.inotify.max_user_watches and max_user_instances by sysctl.";
}
