namespace FriendNet.Protocol.Ids;

/// <summary>One run (1 MiB at most) of one file of a transfer.</summary>
/// <param name="File">Index of the file within its transfer.</param>
/// <param name="Run">Which 1 MiB of the file.</param>
public readonly record struct Slice(int File, int Run);

/// <summary>A file to fetch, with the runs that are on disk already.</summary>
/// <param name="Have">One bit a run, least significant first; null: none.</param>
public sealed record WantedFile(ContentId Id, byte[]? Have);

/// <summary>Why a slice did not arrive.</summary>
public enum SliceFailure
{
    /// <summary>The source does not offer it to us any more.</summary>
    NotFound,

    /// <summary>The source could not read it, or gave up.</summary>
    SourceFailed,

    /// <summary>
    /// Its bytes do not hash to the id: the source, or what stands behind it, lies.
    /// </summary>
    Corrupt,

    /// <summary>Our own disk failed; the transfer stops with a sentence.</summary>
    DiskFailed,
}
