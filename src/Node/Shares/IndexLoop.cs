using System.Collections.Concurrent;
using FriendNet.Node.Linux;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Shares;

/// <summary>
/// The index thread: withdraws removed shares, scans what is due, and waits for the next thing
/// due. Scans take turns, so that a small share or change does not wait for terabytes.
/// </summary>
internal sealed partial class IndexLoop : IDisposable
{
    private const int DebounceMs = 300;
    private const int DebounceMaxMs = 3_000;
    private const int ErrorWaitMs = 60_000;
    private const int WithdrawWaitMs = 5_000;
    private readonly string _path;
    private readonly ShareIndexSettings _settings;
    private readonly ConcurrentDictionary<int, ShareEntry> _entries = new();
    private readonly ConcurrentQueue<ShareEntry> _removed = new();
    private readonly List<ShareScan> _scans = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly List<FileStat> _homes = [];
    private readonly Thread _thread;
    private volatile IndexFile _file;
    private long _seq;
    private long _presenceMs;
    private FileHasher? _hasher;

    internal IndexLoop(string path, IndexFile file, ShareIndexSettings settings)
    {
        _path = path;
        _file = file;
        _settings = settings;
        _seq = file.Store.Seq;
        _thread = new Thread(Run) { Name = "index", IsBackground = true };
        LookForHome();
    }

    /// <summary>Called after each commit and scan; set before the start.</summary>
    internal Action? Committed { get; set; }

    internal IndexFile File => _file;

    internal long Seq => Interlocked.Read(ref _seq);

    internal IEnumerable<ShareEntry> Entries => _entries.Values;

    internal ShareEntry? Find(int share) => _entries.GetValueOrDefault(share);

    /// <summary>Takes the shares over, withdraws rows of all others, and begins.</summary>
    internal void Start(IReadOnlyList<ShareFolder> shares)
    {
        foreach (var share in shares)
            Add(share);
        try
        {
            LoadTotals();
        }
        catch (SqliteException e)
        {
            Recover(null, e);
        }
        _thread.Start();
    }

    internal void Add(ShareFolder share)
    {
        if (_entries.Values.Any(e => e.Folder.Name == share.Name && e.Folder.Id != share.Id))
            throw new ArgumentException($"Another share is named {share.Name}.", nameof(share));
        var path = share.Path.Length > 1 ? share.Path.TrimEnd('/') : share.Path;
        var entry = new ShareEntry(share with { Path = path });
        if (_entries.TryGetValue(share.Id, out var old))
        {
            old.Removal.Cancel();
            entry.SetTotals(old.Files, old.Status.Bytes);
        }
        _entries[share.Id] = entry;
        _wake.Set();
    }

    internal void Remove(int share)
    {
        if (!_entries.TryRemove(share, out var entry))
            return;
        entry.Removal.Cancel();
        _removed.Enqueue(entry);
        _wake.Set();
    }

    internal void Rescan(int share)
    {
        if (Find(share) is not { } entry)
            return;
        entry.Become(ShareState.Waiting);
        entry.FullDueMs = 0;
        _wake.Set();
    }

    internal void Doubt(int share, string path)
    {
        if (Find(share) is not { } entry)
            return;
        entry.Doubted.Add(path, Environment.TickCount64, 0, 0);
        Touch(entry, path);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _wake.Set();
        if (_thread.ThreadState != ThreadState.Unstarted)
            _thread.Join();
        _hasher?.Dispose();
        foreach (var entry in _entries.Values)
            entry.Dispose();
        _file.Dispose();
        _wake.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            ShareEntry? entry = null;
            try
            {
                if (_removed.TryDequeue(out entry))
                    Withdraw(entry);
                else if ((entry = NextDue()) is not null)
                    Begin(entry);
                else if ((entry = _scans.FirstOrDefault()?.Entry) is not null)
                    GoOn(_scans[0]);
                else
                    _wake.WaitOne(WaitMs());
                LookForFolders();
            }
            catch (SqliteException e)
            {
                Recover(entry, e);
            }
        }
        EndScans(_ => true);
    }

    private ShareEntry? NextDue()
    {
        var now = Environment.TickCount64;
        return _entries
            .Values.Where(e => e.DueMs <= now)
            .Where(e => _scans.TrueForAll(scan => scan.Entry.Folder.Id != e.Folder.Id))
            .OrderBy(e => e.Folder.Id)
            .FirstOrDefault();
    }

    private int WaitMs()
    {
        var due = _entries.Values.Select(e => e.DueMs).Append(_presenceMs).Min();
        return (int)Math.Clamp(due - Environment.TickCount64, 1, ErrorWaitMs);
    }

    private void Begin(ShareEntry entry)
    {
        if (entry.Watch is null && Directory.Exists(entry.Folder.Path))
            entry.Watch = new FolderWatch(entry.Folder.Path, path => Touch(entry, path));
        entry.Scan = new ShareScan(_file.Store, entry, Context(), _settings, _stop.Token);
        _scans.Add(entry.Scan);
    }

    // A turn of it; then the others have theirs.
    private void GoOn(ShareScan scan)
    {
        var isOver = true;
        try
        {
            isOver = !scan.Turn();
        }
        finally
        {
            if (isOver)
                EndScans(one => one == scan);
        }
        if (_scans.Remove(scan))
            _scans.Add(scan);
    }

    private void EndScans(Predicate<ShareScan> which)
    {
        foreach (var scan in _scans.FindAll(which))
        {
            _scans.Remove(scan);
            scan.Entry.Scan = null;
            scan.Dispose();
            Publish();
        }
        if (_scans.Count > 0)
            return;
        _file.Store.HasDoubted = false;
        // Its threads live as long as something is scanned.
        _hasher?.Dispose();
        _hasher = null;
    }

    private void Touch(ShareEntry entry, string path)
    {
        entry.Dirty.Add(path, Environment.TickCount64, DebounceMs, DebounceMaxMs);
        if (!_stop.IsCancellationRequested)
            _wake.Set();
    }

    // The rows go, then the entry; rows of shares nobody added go the same way.
    private void Withdraw(ShareEntry entry)
    {
        EndScans(one => one.Entry.Folder.Id == entry.Folder.Id);
        using var scan = new ShareScan(_file.Store, entry, Context(), _settings, _stop.Token);
        scan.Withdraw();
        entry.Dispose();
    }

    private void LookForFolders()
    {
        var now = Environment.TickCount64;
        if (now < _presenceMs)
            return;
        _presenceMs = now + (long)_settings.PresencePeriod.TotalMilliseconds;
        foreach (var entry in _entries.Values.Where(e => e.Status.State == ShareState.Ready))
        {
            var error = FileStat.Read(entry.Folder.Path, follow: true, out var stat);
            if (error == 0 && stat.Inode == entry.RootInode && stat.Device == entry.RootDevice)
                continue;
            // Another folder stands there, or none: the old watch sees nothing of it.
            entry.Watch?.Dispose();
            entry.Watch = null;
            entry.FullDueMs = 0;
        }
    }

    private IndexContext Context()
    {
        LookForHome();
        return new IndexContext(
            [.. _homes],
            () => _hasher ??= new FileHasher(_settings.Workers),
            Publish,
            IsGone
        );
    }

    // It holds the keys for good, also when it is moved, cannot be read or is made anew.
    private void LookForHome()
    {
        if (
            _settings.Excluded is { } home
            && FileStat.Read(home, follow: true, out var stat) == 0
            && !_homes.Exists(stat.IsSameAs)
        )
            _homes.Add(stat);
    }

    private void Publish()
    {
        Interlocked.Exchange(ref _seq, _file.Store.Seq);
        Committed?.Invoke();
    }

    private bool IsGone(int share, string path) =>
        Find(share) is not { } entry
        || FileStat.Read($"{entry.Folder.Path}/{path}", follow: false, out _)
            is FileStat.NoEntry
                or FileStat.NotADirectory;
}
