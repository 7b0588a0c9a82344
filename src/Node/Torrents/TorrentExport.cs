using FriendNet.Node.Failures;
using FriendNet.Node.Shares;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Torrents;

namespace FriendNet.Node.Torrents;

/// <summary>Makes .torrents of what we share; the index has all hashes, no file is read.</summary>
public sealed class TorrentExport(ShareIndex index)
{
    /// <summary>All of one moment of the index.</summary>
    /// <exception cref="FailureException">Not whole yet, or too large for one torrent.</exception>
    public byte[] Of(SharedPlace place)
    {
        using var moment = index.Snapshot();
        var files = Files(moment, place);
        try
        {
            var bytes = TorrentWriter.Write(
                place.Name,
                files,
                content => moment.Layer(content) ?? throw Changing(place)
            );
            return bytes.Length <= Limits.TorrentBytesMax ? bytes : throw TooLarge(place);
        }
        catch (ArgumentException error)
        {
            // A folder became a file, and the index has seen one half of it.
            throw new FailureException(FailureKind.NotFound, Changing(place).Message, error);
        }
    }

    private List<TorrentFile> Files(IndexSnapshot moment, SharedPlace place)
    {
        var files = new List<TorrentFile>();
        var isFolder = moment.At(place.Share.Id, place.Within) is null;
        if (isFolder && index.Shares.Any(one => one.Id == place.Share.Id && one.IsIndexing))
            throw Changing(place);
        var prefix = place.Within.Length == 0 ? 0 : place.Within.Length + 1;
        foreach (var file in SharedPlaces.FilesOf(moment, place))
        {
            if (files.Count == Limits.TorrentFilesMax)
                throw TooLarge(place);
            var path = isFolder ? file.Path[prefix..] : place.Name;
            files.Add(new(path, new ContentId(file.Root, file.Size)));
        }

        return files.Count > 0 ? files : throw Changing(place);
    }

    private static FailureException Changing(SharedPlace place) =>
        new(
            FailureKind.NotFound,
            $"{place.FullPath} is still being hashed: wait until `friendnet share list` says ready."
        );

    private static FailureException TooLarge(SharedPlace place) =>
        new(
            FailureKind.Usage,
            $"{place.FullPath} holds too much for one torrent: export the folders within."
        );
}
