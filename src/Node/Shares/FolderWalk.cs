using System.Text;
using System.Text.Unicode;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Shares;

/// <summary>A regular file met in a walk.</summary>
internal readonly record struct FoundFile(string Path, FileStat Stat);

/// <summary>
/// Lists the regular files below a folder one at a time. Memory is one open folder a level, so it
/// does not grow with the number of files. Links are never followed.
/// </summary>
internal sealed class FolderWalk : IDisposable
{
    private readonly Stack<(DirectoryStream Stream, string Prefix)> _levels = new();
    private readonly string _root;
    private readonly Skips _skips;
    private readonly IReadOnlyList<FileStat> _excluded;
    private readonly FolderWatch? _watch;

    /// <param name="excluded">
    /// Folders that are never entered: the home with the keys, should a share hold it.
    /// </param>
    /// <param name="watch">Told of each folder before it is listed.</param>
    internal FolderWalk(
        string root,
        IReadOnlyList<FileStat> excluded,
        Skips skips,
        FolderWatch? watch
    )
    {
        _watch = watch;
        _root = root;
        _excluded = excluded;
        _skips = skips;
    }

    /// <summary>
    /// Starts at a path of the share ("" is all of it). Gives the file if the path is one,
    /// else null with <see cref="Next"/> ready; nothing follows if there is nothing to index.
    /// </summary>
    internal FoundFile? Start(string path)
    {
        // The share's own folder may have become a link there since.
        if (_excluded.Any(folder => FileStat.IsWithin(_root, folder)))
            return null;
        FileStat stat = default;
        var depth = 0;
        for (var end = 0; end < path.Length; )
        {
            var start = end == 0 ? 0 : end + 1;
            var slash = path.IndexOf('/', start);
            end = slash < 0 ? path.Length : slash;
            var error = FileStat.Read($"{_root}/{path[..end]}", follow: false, out stat);
            if (error is FileStat.NoEntry or FileStat.NotADirectory)
                return null;
            if (error != 0)
            {
                _skips.Add(SkipReason.Unreadable, path);
                return null;
            }
            var name = Encoding.UTF8.GetBytes(path[start..end]);
            if (!IsWanted(name, stat, path) || (slash >= 0 && stat.Kind != FileKind.Directory))
                return null;
            depth++;
        }
        if (path.Length > 0 && stat.Kind == FileKind.Regular)
            return new FoundFile(path, stat);
        if (depth < Limits.PathDepthMax)
            OpenTop(path);
        return null;
    }

    /// <summary>The next regular file; false at the end.</summary>
    internal bool Next(out FoundFile file)
    {
        while (_levels.TryPeek(out var level))
        {
            if (!level.Stream.Next())
            {
                _levels.Pop().Stream.Dispose();
                continue;
            }
            if (Look(level.Stream, level.Prefix, out file))
                return true;
        }
        file = default;
        return false;
    }

    public void Dispose()
    {
        while (_levels.TryPop(out var level))
            level.Stream.Dispose();
    }

    private void OpenTop(string path)
    {
        var prefix = path.Length == 0 ? "" : path + "/";
        _watch?.Add(path);
        if (DirectoryStream.Open($"{_root}/{path}", out var stream) == 0)
            _levels.Push((stream!, prefix));
        else
            _skips.Add(SkipReason.Unreadable, path);
    }

    // True with a file; folders are entered, all else is counted and left.
    private bool Look(DirectoryStream stream, string prefix, out FoundFile file)
    {
        file = default;
        var error = stream.Stat(out var stat);
        if (error == FileStat.NoEntry)
            return false;
        if (error != 0)
        {
            _skips.Add(SkipReason.Unreadable, prefix + Encoding.UTF8.GetString(stream.Name));
            return false;
        }
        if (!IsWanted(stream.Name, stat, prefix))
            return false;
        var path = prefix + Encoding.UTF8.GetString(stream.Name);
        if (Encoding.UTF8.GetByteCount(path) > Limits.PathBytesMax)
        {
            _skips.Add(SkipReason.TooLong, path);
            return false;
        }
        file = new FoundFile(path, stat);
        if (stat.Kind == FileKind.Regular)
            return true;
        Enter(stream, path);
        return false;
    }

    private void Enter(DirectoryStream stream, string path)
    {
        if (_levels.Count >= Limits.PathDepthMax)
        {
            _skips.Add(SkipReason.TooLong, path);
            return;
        }
        _watch?.Add(path);
        if (stream.OpenEntry(out var inner) == 0)
            _levels.Push((inner!, path + "/"));
        else
            _skips.Add(SkipReason.Unreadable, path);
    }

    private bool IsWanted(ReadOnlySpan<byte> name, in FileStat stat, string where)
    {
        SkipReason? reason = null;
        if (!Utf8.IsValid(name) || HasControl(name))
            reason = SkipReason.Name;
        else if (name.Length > Limits.NameBytesMax)
            reason = SkipReason.TooLong;
        else if (PartName.Is(name))
            reason = SkipReason.Unfinished;
        else if (stat.Kind == FileKind.Link)
            reason = SkipReason.Link;
        else if (stat.Kind == FileKind.Special)
            reason = SkipReason.Special;
        if (reason is { } why)
            _skips.Add(why, where + Encoding.UTF8.GetString(name));
        return reason is null && !(stat.Kind == FileKind.Directory && IsExcluded(stat));
    }

    private bool IsExcluded(FileStat stat) => _excluded.Any(stat.IsSameAs);

    // Unicode's Cc in valid UTF-8: below 0x20, 0x7F, and U+0080 to U+009F as C2 80 to C2 9F.
    private static bool HasControl(ReadOnlySpan<byte> name)
    {
        if (name.ContainsAnyInRange((byte)0, (byte)0x1F) || name.Contains((byte)0x7F))
            return true;
        for (var at = name.IndexOf((byte)0xC2); at >= 0; )
        {
            if (name[at + 1] < 0xA0)
                return true;
            name = name[(at + 1)..];
            at = name.IndexOf((byte)0xC2);
        }
        return false;
    }
}
