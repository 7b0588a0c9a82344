using System.Runtime.InteropServices;
using FriendNet.Node.Linux;

namespace FriendNet.Node.Shares;

/// <summary>
/// One scan of one share, in turns: what to look at, whether the folder is there at all, and what
/// follows from how it went.
/// </summary>
internal sealed class ShareScan : IDisposable
{
    private const long TombstonesMin = 10_000;
    private const int RetryMsMax = 300_000;
    private const int FullAgainMsMin = 1_000;
    private readonly IndexStore _store;
    private readonly ShareEntry _entry;
    private readonly ShareIndexSettings _settings;
    private readonly CancellationTokenSource _cancel;
    private readonly ScanScope _scope;
    private readonly ScanJob _job;
    private readonly long _startMs = Environment.TickCount64;
    private readonly bool _isFull;
    private readonly IEnumerator<ScanTurn> _turns;

    internal ShareScan(
        IndexStore store,
        ShareEntry entry,
        IndexContext context,
        ShareIndexSettings settings,
        CancellationToken stop
    )
    {
        _store = store;
        _entry = entry;
        _settings = settings;
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(stop, entry.Removal.Token);
        _isFull = entry.FullDueMs <= _startMs;
        if (_isFull)
            entry.FullDueMs = long.MaxValue;
        // What is reported is just being written, so it must settle; a full walk trusts the clock.
        var settleNs = _isFull ? 0 : (long)settings.Settle.TotalNanoseconds;
        _scope = new ScanScope(entry.Folder.Path, settleNs, _cancel.Token);
        _job = new ScanJob(store, entry, _scope, context);
        _turns = Run().GetEnumerator();
    }

    internal ShareEntry Entry => _entry;

    internal ScanProgress Progress =>
        new(
            _entry.Folder.Id,
            _job.Counts.FilesTotal,
            _job.Counts.BytesTotal,
            _job.Counts.FilesFound,
            _job.Counts.BytesFound,
            _job.Counts.FilesHashed,
            _scope.BytesHashed,
            _job.Skips.Errors,
            TimeSpan.FromMilliseconds(Environment.TickCount64 - _startMs)
        );

    /// <summary>Goes on for half a second or so; false: it is over.</summary>
    internal bool Turn()
    {
        _job.BeginTurn();
        return _turns.MoveNext();
    }

    /// <summary>Withdraws the whole share and forgets its folder.</summary>
    internal void Withdraw()
    {
        _job.WithdrawAll();
        _store.DropShare(_entry.Folder.Id);
        _store.Commit();
    }

    public void Dispose()
    {
        // Files may still be waiting to be hashed: not any more.
        _cancel.Cancel();
        _turns.Dispose();
        _cancel.Dispose();
    }

    private IEnumerable<ScanTurn> Run()
    {
        var targets = Targets();
        if (targets.Count == 0 || !IsThere(out var stat))
            yield break;
        _entry.Become(ShareState.Scanning);
        TakeOver(stat);
        foreach (var path in _entry.Doubted.Take())
            Doubt(path);
        if (_isFull && _entry.Files == 0)
        {
            foreach (var turn in _job.CountAll())
                yield return turn;
        }
        foreach (var turn in _job.Run(targets, () => IsSameFolder(stat)))
            yield return turn;
        if (!_cancel.IsCancellationRequested)
            Conclude();
    }

    private void Doubt(string path)
    {
        // What is gone or has other times is looked at anyway; moved, it need not be hashed.
        if (
            _store.Find(_entry.Folder.Id, path) is { Gone: false } row
            && FileStat.Read($"{_entry.Folder.Path}/{path}", follow: false, out var stat) == 0
            && (row.Size, row.ModifiedNs) == (stat.Size, stat.ModifiedNs)
        )
            _store.Doubt(row.Id);
    }

    private List<string> Targets()
    {
        var dirty = _entry.Dirty.DueMs <= _startMs || _isFull ? _entry.Dirty.Take() : [];
        _entry.Retries.Forget(dirty);
        var retries = _entry.Retries.DueMs <= _startMs || _isFull ? _entry.Retries.Take() : [];
        if (_isFull)
            return [""];
        List<string> targets = [.. dirty.Union(retries, StringComparer.Ordinal)];
        if (!targets.Contains(""))
            return targets;
        // Too much changed to tell what: a full walk, when it may be again.
        _entry.FullDueMs = Math.Min(_entry.FullDueMs, _startMs + FullAgainMs());
        _entry.Become(ShareState.Waiting);
        return [];
    }

    // A folder that is not there is not served, but its rows stay, for it may be a disk that is
    // not mounted. They go only if the folder above is there, on the same disk as the folder was.
    private bool IsThere(out FileStat stat)
    {
        var path = _entry.Folder.Path;
        var error = FileStat.Read(path, follow: true, out stat);
        var known = _store.FindShare(_entry.Folder.Id);
        var isUnmounted =
            known is { } row && _entry.Files > 0 && row.Device != stat.Device && IsEmpty(path);
        if (
            error == 0
            && stat.Kind == FileKind.Directory
            && !isUnmounted
            && IsReadable(path, out error)
        )
            return true;
        var above = Path.GetDirectoryName(path);
        var isDeleted =
            error == FileStat.NoEntry
            && known is { } old
            && above is not null
            && FileStat.Read(above, follow: true, out var parent) == 0
            && parent.Device == old.Device;
        if (isDeleted)
            _job.WithdrawAll();
        Warn(WhyMissing(path, error, isUnmounted, isDeleted));
        _entry.FullDueMs = _startMs + (long)_settings.PresencePeriod.TotalMilliseconds;
        _entry.Watch?.Dispose();
        _entry.Watch = null;
        return false;
    }

    // It is looked for again every few seconds, and said once.
    private void Warn(string sentence)
    {
        if (_entry.Status.Sentence != sentence)
            _settings.Warn?.Invoke(sentence);
        _entry.Become(ShareState.Missing, 0, sentence);
    }

    private static string WhyMissing(string path, int error, bool isUnmounted, bool isDeleted)
    {
        var folder = Skips.Escape(path);
        if (isUnmounted)
            return $"{folder} is empty and on another disk than before; mount its disk, and it is "
                + "shared again by itself.";
        if (isDeleted)
            return $"{folder} was deleted or moved, so nothing of it is shared; put it back, or "
                + "remove the share.";
        var why = error == 0 ? "it is no folder" : Marshal.GetPInvokeErrorMessage(error);
        return $"{folder} cannot be opened ({why}); nothing of it is served until it is back. "
            + "Mount its disk or allow FriendNet's user to read it, or remove the share.";
    }

    private static bool IsEmpty(string path)
    {
        if (DirectoryStream.Open(path, out var stream) != 0)
            return false;
        using (stream)
            return !stream!.Next();
    }

    private static bool IsReadable(string path, out int error)
    {
        error = DirectoryStream.Open(path, out var stream);
        stream?.Dispose();
        return error == 0;
    }

    private bool IsSameFolder(FileStat before) =>
        FileStat.Read(_entry.Folder.Path, follow: true, out var now) == 0
        && now.Inode == before.Inode
        && now.Device == before.Device;

    // Under another name or path all keys are others: the old rows go, their roots are used again.
    private void TakeOver(FileStat stat)
    {
        var folder = _entry.Folder;
        _entry.RootInode = stat.Inode;
        _entry.RootDevice = stat.Device;
        var known = _store.FindShare(folder.Id);
        if (known == (folder.Name, folder.Path, stat.Device))
            return;
        if (known is { } old && (old.Name != folder.Name || old.Path != folder.Path))
            _job.WithdrawAll();
        _store.PutShare(folder, stat.Device);
    }

    private void Conclude()
    {
        var now = Environment.TickCount64;
        _entry.RetryLevel = _job.Unsettled.Count == 0 ? 0 : _entry.RetryLevel + 1;
        var settleMs = Math.Max(1, _settings.Settle.TotalMilliseconds);
        var retryMs = Math.Min(settleMs * Math.Pow(3, _entry.RetryLevel - 1), RetryMsMax);
        foreach (var path in _job.Unsettled)
            _entry.Retries.Add(path, now, (long)retryMs, (long)retryMs);
        if (_isFull)
            ConcludeFull(now);
        else if (_entry.Status.Errors > 0 || _job.Skips.Errors > 0)
            _entry.FullDueMs = Math.Min(_entry.FullDueMs, now + FullAgainMs());
        // Someone may have asked for a rescan meanwhile.
        _entry.Become(_entry.FullDueMs <= now ? ShareState.Waiting : ShareState.Ready);
    }

    private void ConcludeFull(long now)
    {
        _entry.FullScanMs = now - _startMs;
        var failure = _entry.Watch?.Failure;
        var period = failure is null
            ? _settings.FullScanPeriod
            : TimeSpan.FromMinutes(ShareIndexSettings.UnwatchedMinutes);
        var nextMs = now + Math.Max((long)period.TotalMilliseconds, FullAgainMs());
        _entry.FullDueMs = Math.Min(_entry.FullDueMs, nextMs);
        var sentence = string.Join(
            ' ',
            new[] { failure, _job.Skips.Sentence() }.Where(s => s?.Length > 0)
        );
        _entry.Become(ShareState.Ready, _job.Skips.Errors, sentence);
        _settings.Scanned?.Invoke(_entry.Status, Progress);
        var (ends, live) = (_store.Ends(), _store.Totals().Sum(totals => totals.Files));
        if (ends > Math.Max(TombstonesMin, live))
        {
            _store.ForgetTombstones(ends);
            _store.Commit();
        }
    }

    // However often something changes, full walks take a tenth of the time at most.
    private long FullAgainMs() => Math.Max(FullAgainMsMin, _entry.FullScanMs * 10);
}
