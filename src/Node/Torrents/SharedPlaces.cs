using FriendNet.Node.Catalogs;
using FriendNet.Node.Shares;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Torrents;

/// <summary>A file or a folder within a share of ours.</summary>
/// <param name="Within">Relative to the share; "" for all of it.</param>
public sealed record SharedPlace(SharedFolder Share, string Within)
{
    /// <summary>As it is named on disk.</summary>
    public string Name => Path.GetFileName(FullPath) is { Length: > 0 } name ? name : Share.Name;

    public string FullPath => Path.TrimEndingDirectorySeparator(Path.Join(Share.Path, Within));
}

/// <summary>Finds what somebody means among our own shares, as far as it is hashed.</summary>
/// <param name="self">Our own folders have ids too: a friend's of this name.</param>
public sealed class SharedPlaces(ShareIndex index, SharedFolders shares, FriendId self)
{
    /// <param name="path">Absolute.</param>
    public SharedPlace? AtPath(string path)
    {
        foreach (var share in shares.All)
        {
            var within = Path.GetRelativePath(share.Path, path);
            var place = new SharedPlace(share, within == "." ? "" : within);
            using var moment = index.Snapshot();
            if (FilesOf(moment, place).Any())
                return place;
        }

        return null;
    }

    public SharedPlace? WithContent(ContentId content) =>
        index.TryFind(content.Root, content.Length, _ => true, out var found)
        && shares.Find(found!.Share) is { } share
            ? new(share, found.Path)
            : null;

    /// <summary>Looks through all of it: ids are hashes, nothing leads back from them.</summary>
    public SharedPlace? WithId(ShortId id)
    {
        using var moment = index.Snapshot();
        foreach (var share in shares.All)
        {
            if (IdOf(share, "") == id)
                return new(share, "");
            var last = "";
            foreach (var file in moment.InPathOrder(share.Id, ""))
            {
                if (ShortId.Of(new ContentId(file.Root, file.Size)) == id)
                    return new(share, file.Path);
                foreach (var folder in FoldersOf(file.Path, last))
                {
                    if (IdOf(share, folder) == id)
                        return new(share, folder);
                }

                last = file.Path;
            }
        }

        return null;
    }

    /// <summary>The file itself, or all that lies in the folder, in order of paths.</summary>
    internal static IEnumerable<IndexedFile> FilesOf(IndexSnapshot moment, SharedPlace place)
    {
        if (moment.At(place.Share.Id, place.Within) is { } file)
            return [file];
        var prefix = place.Within.Length == 0 ? "" : $"{place.Within}/";
        return moment
            .InPathOrder(place.Share.Id, prefix)
            .TakeWhile(under => under.Path.StartsWith(prefix, StringComparison.Ordinal));
    }

    private ShortId IdOf(SharedFolder share, string folder) =>
        ShortId.Of(SourceId.Of(self), folder.Length == 0 ? share.Name : $"{share.Name}/{folder}");

    // Those that the file before did not lie in.
    private static IEnumerable<string> FoldersOf(string path, string before)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (!before.AsSpan().StartsWith(path.AsSpan(0, slash + 1), StringComparison.Ordinal))
                yield return path[..slash];
        }
    }
}
