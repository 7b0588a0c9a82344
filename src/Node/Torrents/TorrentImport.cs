using FriendNet.Node.Downloads;
using FriendNet.Node.Failures;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Torrents;

namespace FriendNet.Node.Torrents;

/// <summary>Fetches what a .torrent describes: files are sought by their ids, as by any other.
/// </summary>
public static class TorrentImport
{
    /// <summary>What the bytes of a .torrent describe.</summary>
    /// <exception cref="FailureException">Says why they are no torrent for us.</exception>
    public static Torrent Read(ReadOnlyMemory<byte> bytes) =>
        TorrentReader.TryRead(bytes, out var torrent, out var fault)
            ? torrent
            : throw new FailureException(FailureKind.Usage, Sentence(fault));

    /// <summary>One transfer; names are made safe as those of friends are.</summary>
    /// <param name="isQuiet">Friends are neither told of it nor served what came.</param>
    /// <exception cref="DownloadRefusedException">No room, or no such name or folder.</exception>
    public static TransferId Start(
        Downloader downloader,
        Torrent torrent,
        string into,
        bool isQuiet
    ) =>
        torrent.IsFolder
            ? downloader.StartFolder(
                torrent.Name,
                [.. torrent.Files.Select(file => new OfferedFile(file.Path, file.Content))],
                into,
                isQuiet
            )
            : downloader.StartFile(torrent.Name, torrent.Files[0].Content, into, isQuiet);

    private static string Sentence(TorrentFault fault) =>
        fault switch
        {
            TorrentFault.NotBEncoded =>
                "This is not a .torrent, or it is damaged or cut off: get the file again.",
            TorrentFault.OnlyVersion1 =>
                "This torrent is of version 1 only, which has no ids of files: "
                    + "ask for one of version 2, or a hybrid.",
            TorrentFault.UnknownVersion =>
                "This torrent is of a version that this program does not know: "
                    + "ask for one of version 2.",
            TorrentFault.BadPieceLength => "The torrent's piece length is none: get another one.",
            TorrentFault.BadName =>
                "The torrent holds a name that would lead outside or cannot be a file's here: "
                    + "get another one.",
            TorrentFault.BadFile => "A file in the torrent has no length or root: get another one.",
            TorrentFault.BadLayer =>
                "A piece layer of the torrent does not belong to its file, so it is damaged or "
                    + "forged: get another one.",
            TorrentFault.TooManyFiles =>
                $"The torrent has more than {Limits.TorrentFilesMax} files, or their paths are too "
                    + "long: fetch it in parts.",
            TorrentFault.NoFiles => "The torrent has no files: there is nothing to fetch.",
            _ => "This is no torrent of version 2: get another one.",
        };
}
