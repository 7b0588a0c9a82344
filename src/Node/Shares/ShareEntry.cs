namespace FriendNet.Node.Shares;

/// <summary>
/// A share as the index follows it. The index thread changes it; any thread reads its status.
/// </summary>
internal sealed class ShareEntry : IDisposable
{
    private volatile ShareStatus _status;
    private volatile ShareScan? _scan;
    private long _fullDueMs;
    private long _files;
    private long _bytes;

    internal ShareEntry(ShareFolder folder)
    {
        Folder = folder;
        _status = new(folder.Id, folder.Name, folder.Path, ShareState.Waiting, 0, 0, 0, "", true);
    }

    internal ShareFolder Folder { get; }

    /// <summary>What the system said changed.</summary>
    internal PathSet Dirty { get; } = new();

    /// <summary>What could not be served as it was hashed.</summary>
    internal PathSet Doubted { get; } = new();

    /// <summary>What was changing when it was to be hashed.</summary>
    internal PathSet Retries { get; } = new();

    /// <summary>Retries without success since the last quiet scan; each waits longer.</summary>
    internal int RetryLevel { get; set; }

    /// <summary>When the whole share is walked next.</summary>
    internal long FullDueMs
    {
        get => Interlocked.Read(ref _fullDueMs);
        set => Interlocked.Exchange(ref _fullDueMs, value);
    }

    /// <summary>When there is something to do next.</summary>
    internal long DueMs =>
        _status.State == ShareState.Stalled
            ? FullDueMs
            : Math.Min(FullDueMs, Math.Min(Dirty.DueMs, Retries.DueMs));

    /// <summary>How long the last full walk took.</summary>
    internal long FullScanMs { get; set; }

    /// <summary>The folder as it was scanned last.</summary>
    internal long RootInode { get; set; }

    /// <summary>The disk it was on.</summary>
    internal long RootDevice { get; set; }

    /// <summary>Cancelled when the share is removed.</summary>
    internal CancellationTokenSource Removal { get; } = new();

    internal bool IsRemoved => Removal.IsCancellationRequested;

    internal FolderWatch? Watch { get; set; }

    /// <summary>Under way; null: none is.</summary>
    internal ShareScan? Scan
    {
        get => _scan;
        set => _scan = value;
    }

    internal long Files => Interlocked.Read(ref _files);

    internal ShareStatus Status
    {
        get
        {
            // Looked at before the totals: what is done by now is counted in them.
            var isIndexing = IsIndexing;
            return _status with
            {
                Files = Files,
                Bytes = Interlocked.Read(ref _bytes),
                Sentence = $"{_status.Sentence} {Retries.Sentence}".Trim(),
                IsIndexing = isIndexing,
            };
        }
    }

    /// <summary>
    /// True until everything known to have changed is hashed or has proved restless.
    /// </summary>
    internal bool IsIndexing =>
        !IsRemoved
        && (
            _status.State is ShareState.Waiting or ShareState.Scanning or ShareState.Stalled
            || (RetryLevel <= 3 && !(Dirty.IsEmpty && Retries.IsEmpty))
        );

    internal void Count(long files, long bytes)
    {
        Interlocked.Add(ref _files, files);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal void SetTotals(long files, long bytes)
    {
        Interlocked.Exchange(ref _files, files);
        Interlocked.Exchange(ref _bytes, bytes);
    }

    internal void Become(ShareState state) => _status = _status with { State = state };

    internal void Become(ShareState state, long errors, string sentence) =>
        _status = _status with { State = state, Errors = errors, Sentence = sentence };

    public void Dispose()
    {
        Watch?.Dispose();
        Removal.Dispose();
    }
}
