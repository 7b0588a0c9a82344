using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Torrents;

/// <summary>A file of a torrent.</summary>
/// <param name="Path">
/// Names joined by '/', none empty, "." or ".."; what is no UTF-8 in them is U+FFFD.
/// </param>
public readonly record struct TorrentFile(string Path, ContentId Content);

/// <summary>What a v2 torrent (BEP 52) describes.</summary>
/// <param name="InfoHash">SHA-256 of the info dictionary's bytes as they were received.</param>
/// <param name="Name">Of the file or folder.</param>
/// <param name="IsFolder">Else one file, whose path is the name.</param>
/// <param name="Files">In the order of the torrent: by the bytes of names.</param>
public sealed record Torrent(
    Hash256 InfoHash,
    string Name,
    bool IsFolder,
    long PieceBytes,
    IReadOnlyList<TorrentFile> Files
)
{
    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Sum(file => file.Content.Length);

    /// <summary>
    /// A magnet link (BEP 9, 52): names it by the multihash of SHA-256 (12) with 32 bytes (20).
    /// </summary>
    public string Magnet => $"magnet:?xt=urn:btmh:1220{InfoHash}&dn={Uri.EscapeDataString(Name)}";
}

/// <summary>Why bytes are no torrent that can be fetched here.</summary>
public enum TorrentFault
{
    None,

    /// <summary>Not bencoded, not in the one encoding, or over a limit.</summary>
    NotBEncoded,

    /// <summary>No info dictionary, or one without what BEP 52 wants in it.</summary>
    NotTorrent,

    /// <summary>Version 1 only: its pieces run over ends of files, so no file has an id.</summary>
    OnlyVersion1,

    /// <summary>A version after 2.</summary>
    UnknownVersion,

    /// <summary>Not a power of two from 16 KiB to 1 GiB.</summary>
    BadPieceLength,

    /// <summary>A name that leads outside, is too long, or is none.</summary>
    BadName,

    /// <summary>A file without length or root.</summary>
    BadFile,

    /// <summary>A piece layer that does not hash to the root of its file.</summary>
    BadLayer,

    /// <summary>Over a limit of files or of their paths.</summary>
    TooManyFiles,

    /// <summary>Not one file in it.</summary>
    NoFiles,
}
