using FriendNet.Protocol.Bounds;

namespace FriendNet.Protocol.Catalogs;

/// <summary>What entries take of the limits that whoever keeps a catalog sets it.</summary>
/// <param name="Encoded">Sum of the entries' encodings.</param>
/// <param name="FolderBytes">Sum of the folders' paths.</param>
public readonly record struct CatalogSize(
    long Entries,
    long Encoded,
    long Folders,
    long FolderBytes
)
{
    /// <summary>The most that is taken, and therefore shown, of one publisher.</summary>
    public static CatalogSize Most { get; } =
        new(
            Limits.CatalogEntriesMax,
            Limits.CatalogBytesMax,
            Limits.CatalogFoldersMax,
            Limits.CatalogFolderBytesMax
        );

    /// <summary>What an entry adds to those before it.</summary>
    /// <param name="before">
    /// The path before it, in order of paths, whose folders are counted; with none, all of its
    /// own are.
    /// </param>
    public static CatalogSize Of(in CatalogEntry entry, CatalogPath before)
    {
        var path = entry.Path.Utf8;
        var (folders, folderBytes) = (0L, 0L);
        for (var at = path.CommonPrefixLength(before.Utf8); at < path.Length; at++)
            (folders, folderBytes) =
                path[at] == '/' ? (folders + 1, folderBytes + at) : (folders, folderBytes);
        var encoded = CatalogEntry.EncodedBytes(path.Length, entry.Content.Length, entry.Modified);
        return new(1, encoded, folders, folderBytes);
    }

    public bool FitsIn(in CatalogSize most) =>
        Entries <= most.Entries
        && Encoded <= most.Encoded
        && Folders <= most.Folders
        && FolderBytes <= most.FolderBytes;

    public CatalogSize With(in CatalogSize other) =>
        new(
            Entries + other.Entries,
            Encoded + other.Encoded,
            Folders + other.Folders,
            FolderBytes + other.FolderBytes
        );
}
