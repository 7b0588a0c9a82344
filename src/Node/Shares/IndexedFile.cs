using FriendNet.Crypto.Merkle;
using FriendNet.Node.Linux;
using Microsoft.Win32.SafeHandles;

namespace FriendNet.Node.Shares;

/// <summary>One row of the index.</summary>
/// <param name="Path">Relative to the share, '/' between names, none in front.</param>
/// <param name="Root">BEP 52 pieces root; all-zero for an empty file.</param>
/// <param name="Seq">Number of the change that made the row what it is.</param>
/// <param name="Deleted">A tombstone: the file is no longer shared.</param>
public readonly record struct IndexedFile(
    long Id,
    int Share,
    string Path,
    long Size,
    long ModifiedNs,
    Hash256 Root,
    long Seq,
    bool Deleted
)
{
    /// <summary>SHA-256 of the UTF-8 of share name, "/" and path: the entry's key.</summary>
    public Hash256 Key { get; init; }
}

/// <summary>A copy of some content that was in place, unchanged, when it was looked up.</summary>
/// <param name="Folder">Absolute path of the share.</param>
/// <param name="Path">Relative to it.</param>
/// <param name="Runs">Proves runs; empty for a file up to 1 MiB.</param>
public sealed record FileLocation(
    int Share,
    string Folder,
    string Path,
    long Size,
    long ModifiedNs,
    RunTree Runs
)
{
    /// <summary>Absolute path of the file.</summary>
    public string FullPath => $"{Folder}/{Path}";

    /// <summary>
    /// Opens the file for reading, inside the share and through no link, and only if it still
    /// has the size and time it was hashed with; else null.
    /// </summary>
    public SafeFileHandle? Open()
    {
        if (Beneath.OpenRead(Folder, Path, out var file) != 0)
            return null;
        if (FileStat.Read(file!, out var stat) == 0 && Matches(stat))
            return file;
        file!.Dispose();
        return null;
    }

    /// <summary>Whether the file is in place with the size and time it was hashed with.</summary>
    public bool IsInPlace() =>
        FileStat.Read(FullPath, follow: false, out var stat) == 0 && Matches(stat);

    private bool Matches(in FileStat stat) =>
        stat.Kind == FileKind.Regular && stat.Size == Size && stat.ModifiedNs == ModifiedNs;
}
