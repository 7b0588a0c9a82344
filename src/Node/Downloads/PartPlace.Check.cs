using FriendNet.Crypto.Merkle;
using FriendNet.Node.Linux;

namespace FriendNet.Node.Downloads;

internal sealed partial class PartPlace
{
    /// <summary>
    /// Compares the disk with what is recorded: what vanished or has another size is forgotten,
    /// what was changed since it was recorded is hashed again; what stands there unrecorded is
    /// removed. False: it was not all as it was left.
    /// </summary>
    /// <param name="recorded">The root of a run, by its number.</param>
    internal bool Check(Func<int, Hash256?> recorded)
    {
        PartCheck? again = null;
        var isAsLeft = true;
        for (var file = 0; file < _content.Files.Count; file++)
        {
            var path = PathOf(file);
            var length = _content.Files[file].Id.Length;
            var isThere = IsThere(_root, path, out var stat);
            var isSound = isThere && stat.Kind == FileKind.Regular && stat.Size == length;
            isAsLeft &= isSound || !_content.HasAny(file);
            if (!isSound)
            {
                _content.Forget(file);
            }
            else if (_content.HasAny(file) && stat.ChangedNs > _content.RecordedNs)
            {
                isAsLeft = false;
                again ??= new(_content, recorded);
                again.Verify(_root, path, file);
            }

            var isNeeded = isSound && _content.HasAny(file);
            if (isThere && !isNeeded && stat.Kind is FileKind.Regular or FileKind.Link)
                _root.RemoveFile(path);
        }

        return isAsLeft;
    }

    /// <summary>
    /// Whether every file is, by its time of change, what our last write left. What others write
    /// in the very moment of a write of ours does not show.
    /// </summary>
    internal bool IsAsLeft()
    {
        for (var file = 0; file < _content.Files.Count; file++)
        {
            var length = _content.Files[file].Id.Length;
            if (length == 0)
                continue;
            if (!IsThere(_root, PathOf(file), out var stat) || stat.Size != length)
                return false;
            var left = LeftNs(file);
            if (left is null ? stat.ChangedNs > _content.RecordedNs : stat.ChangedNs != left)
                return false;
        }

        return true;
    }

    /// <summary>The moment, in ns since 1970 as the kernel stamps files.</summary>
    internal static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>When our last write changed that file; null: it wrote none of it.</summary>
    private long? LeftNs(int file)
    {
        using (_gate.EnterScope())
        {
            if (_open.TryGetValue(file, out var part))
                return part.LeftNs;
            return _left.TryGetValue(file, out var left) ? left : null;
        }
    }
}
