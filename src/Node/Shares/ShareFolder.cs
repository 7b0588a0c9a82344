namespace FriendNet.Node.Shares;

/// <summary>
/// One shared folder as the user set it up; kept by the caller, not by the index.
/// </summary>
/// <param name="Id">Stable, never used again for another share.</param>
/// <param name="Name">First component of every path in catalogs; unique among shares.</param>
/// <param name="Path">Absolute.</param>
public sealed record ShareFolder(int Id, string Name, string Path);

/// <summary>Where the index of a share stands.</summary>
public enum ShareState
{
    /// <summary>Its scan has not begun.</summary>
    Waiting,

    /// <summary>Being walked and hashed.</summary>
    Scanning,

    /// <summary>Indexed and followed.</summary>
    Ready,

    /// <summary>The folder is not there; nothing of it is served, nothing is forgotten.</summary>
    Missing,

    /// <summary>The index could not be written; it is tried again by itself.</summary>
    Stalled,
}

/// <summary>What to tell about a share.</summary>
/// <param name="Errors">Names skipped at the last full scan, links not counted.</param>
/// <param name="Sentence">What is wrong and what to do; empty when all is well.</param>
/// <param name="IsIndexing">Also while what was just changing waits to be hashed.</param>
public sealed record ShareStatus(
    int Id,
    string Name,
    string Path,
    ShareState State,
    long Files,
    long Bytes,
    long Errors,
    string Sentence,
    bool IsIndexing
);

/// <summary>The scan under way. Totals are 0 when they are not known beforehand.</summary>
public readonly record struct ScanProgress(
    int Share,
    long FilesTotal,
    long BytesTotal,
    long FilesFound,
    long BytesFound,
    long FilesHashed,
    long BytesHashed,
    long Errors,
    TimeSpan Elapsed
)
{
    /// <summary>Bytes hashed a second since the scan began.</summary>
    public long BytesPerSecond =>
        Elapsed > TimeSpan.Zero ? (long)(BytesHashed / Elapsed.TotalSeconds) : 0;
}
