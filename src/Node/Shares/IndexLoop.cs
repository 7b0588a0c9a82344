using System.Collections.Concurrent;
using FriendNet.Node.Linux;
using FriendNet.Node.Storage;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Shares;

/// <summary>
/// The index thread: withdraws removed shares, scans what is due, one share at a time, and waits
/// for the next thing due.
/// </summary>
internal sealed class IndexLoop : IDisposable
{
    private const int DebounceMs = 300;
    private const int DebounceMaxMs = 3_000;
    private const int ErrorWaitMs = 60_000;
    private const int WithdrawWaitMs = 5_000;
    private readonly string _path;
    private readonly ShareIndexSettings _settings;
    private readonly ConcurrentDictionary<int, ShareEntry> _entries = new();
    private readonly ConcurrentQueue<ShareEntry> _removed = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private volatile IndexFile _file;
    private volatile Func<ScanProgress>? _progress;
    private long _seq;
    private long _presenceMs;

    internal IndexLoop(string path, IndexFile file, ShareIndexSettings settings)
    {
        _path = path;
        _file = file;
        _settings = settings;
        _seq = file.Store.Seq;
        _thread = new Thread(Run) { Name = "index", IsBackground = true };
    }

    /// <summary>Called after each commit and scan; set before the start.</summary>
    internal Action? Committed { get; set; }

    internal IndexFile File => _file;

    internal long Seq => Interlocked.Read(ref _seq);

    internal IEnumerable<ShareEntry> Entries => _entries.Values;

    internal ScanProgress? Progress => _progress?.Invoke();

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

    public void Dispose()
    {
        _stop.Cancel();
        _wake.Set();
        if (_thread.ThreadState != ThreadState.Unstarted)
            _thread.Join();
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
                    Scan(entry);
                else
                    _wake.WaitOne(WaitMs());
                LookForFolders();
            }
            catch (SqliteException e)
            {
                Recover(entry, e);
            }
        }
    }

    private ShareEntry? NextDue()
    {
        var now = Environment.TickCount64;
        return _entries
            .Values.Where(e => e.DueMs <= now)
            .OrderBy(e => e.Folder.Id)
            .FirstOrDefault();
    }

    private int WaitMs()
    {
        var due = _entries.Values.Select(e => e.DueMs).Append(_presenceMs).Min();
        return (int)Math.Clamp(due - Environment.TickCount64, 1, ErrorWaitMs);
    }

    private void Scan(ShareEntry entry)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(
            _stop.Token,
            entry.Removal.Token
        );
        if (entry.Watch is null && Directory.Exists(entry.Folder.Path))
            entry.Watch = new FolderWatch(entry.Folder.Path, path => Touch(entry, path));
        using var scan = new ShareScan(_file.Store, entry, Context(), _settings, cancel);
        _progress = () => scan.Progress;
        try
        {
            scan.Run();
        }
        finally
        {
            _progress = null;
            Publish();
        }
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
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var scan = new ShareScan(_file.Store, entry, Context(), _settings, cancel);
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
        FileStat excluded = default;
        if (_settings.Excluded is { } home)
            _ = FileStat.Read(home, follow: true, out excluded);
        return new IndexContext(excluded, _settings.Workers, Publish, IsGone);
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

    private void LoadTotals()
    {
        foreach (var totals in _file.Store.Totals())
        {
            if (Find(totals.Share) is { } entry)
                entry.SetTotals(totals.Files, totals.Bytes);
            else if (totals.Files > 0 && _removed.All(e => e.Folder.Id != totals.Share))
            {
                var stray = new ShareEntry(new(totals.Share, "", ""));
                stray.SetTotals(totals.Files, totals.Bytes);
                _removed.Enqueue(stray);
            }
        }
    }

    // A damaged index is moved aside and made anew; any other trouble is told and tried again.
    private void Recover(ShareEntry? entry, SqliteException error)
    {
        var sentence = $"The index cannot be written ({error.Message}); tried again in a minute.";
        var isAnew = false;
        try
        {
            _file.Store.Rollback();
            if (Database.IsDamage(error))
            {
                sentence = Renew();
                isAnew = true;
            }
            foreach (var each in _entries.Values)
                each.SetTotals(0, 0);
            LoadTotals();
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            sentence = $"The index cannot be made anew ({e.Message}); tried again in a minute.";
            isAnew = false;
        }
        var due = Environment.TickCount64 + (isAnew ? 0 : ErrorWaitMs);
        foreach (var each in Database.IsDamage(error) || entry is null ? Entries : [entry])
        {
            each.FullDueMs = due;
            each.Become(ShareState.Waiting, 0, sentence);
        }
        // What is to be withdrawn has no time of its own to wait for.
        if (!isAnew)
            _stop.Token.WaitHandle.WaitOne(WithdrawWaitMs);
    }

    // The new file is open before the damaged one closes, so that readers always have one; SQLite
    // leaves the journal at a path alone once its own file has been moved away from there.
    private string Renew()
    {
        var aside = Database.MoveAside(_path, DateTime.UtcNow);
        var damaged = _file;
        _file = IndexFile.Open(_path, out var why) ?? throw new IOException(why);
        damaged.Dispose();
        return IndexFile.Rebuilt(aside);
    }
}
