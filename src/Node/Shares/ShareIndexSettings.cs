namespace FriendNet.Node.Shares;

/// <summary>How the index works; the defaults are the daemon's.</summary>
public sealed record ShareIndexSettings
{
    internal const int UnwatchedMinutes = 5;

    /// <summary>The home with the keys: never indexed, even below a share.</summary>
    public string? Excluded { get; init; }

    /// <summary>Threads that hash.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>A whole walk even if nothing was reported: reports can be lost.</summary>
    public TimeSpan FullScanPeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a reported file must be left alone before it is hashed.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Told of each whole walk that came to its end; on the index thread.</summary>
    public Action<ShareStatus, ScanProgress>? Scanned { get; init; }

    /// <summary>Told what keeps a share from being indexed, once; on the index thread.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>How often a share's folder is looked for, there or not.</summary>
    public TimeSpan PresencePeriod { get; init; } = TimeSpan.FromSeconds(10);
}
