using FriendNet.Crypto.Merkle;
using FriendNet.Node.Linux;

namespace FriendNet.Node.Downloads;

internal sealed partial class PartPlace
{
    /// <summary>Whether nothing is where the part was, for certain.</summary>
    internal static bool IsGone(TransferRow row)
    {
        using var destination = Folder.Open(row.Destination);
        return !IsThere(destination, row.PartName, out _);
    }

    /// <summary>What is said then.</summary>
    internal static string GoneSentence(TransferRow row) =>
        $"{row.Destination}/{row.PartName} is gone: if its disk is away, bring it back before you "
        + "resume; else resuming starts anew.";

    /// <summary>
    /// Compares the disk with what is recorded: what vanished or has another size is forgotten,
    /// what was changed since our last write is hashed again; what stands there unrecorded is
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
            else if (_content.HasAny(file) && !_content.IsAsLeft(file, stat.ChangedNs))
            {
                isAsLeft = false;
                again ??= new(_content, recorded);
                again.Verify(_root, path, file);
            }

            var isNeeded = isSound && _content.HasAny(file);
            // What is written to it between this look and our next write shows.
            _content.LeftNs[file] = isNeeded ? stat.ChangedNs : 0;
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
            if (stat.ChangedNs != LeftNs(file))
                return false;
        }

        return true;
    }

    /// <summary>How the files of those runs, and of their chunks, were left.</summary>
    internal List<ChangeTimes> TimesOf(IReadOnlyList<(int Run, Hash256 Root)> runs)
    {
        List<ChangeTimes> all = [];
        var file = 0;
        foreach (var chunk in runs.Select(run => ChangeTimes.ChunkOf(FileOf(run.Run))).Distinct())
        {
            var times = ChangeTimes.Of(chunk, _content.Files.Count);
            CopyLeft(times.First, times.Ns);
            all.Add(times);
        }

        return all;

        int FileOf(int run) => file = _content.Map.FileOf(run, file);
    }

    private void CopyLeft(int from, Span<long> times)
    {
        using (_gate.EnterScope())
        {
            _content.LeftNs.AsSpan(from, times.Length).CopyTo(times);
            foreach (var (file, part) in _open)
            {
                if (file >= from && file - from < times.Length)
                    times[file - from] = part.LeftNs;
            }
        }
    }

    private long LeftNs(int file)
    {
        using (_gate.EnterScope())
        {
            return _open.TryGetValue(file, out var part) ? part.LeftNs : _content.LeftNs[file];
        }
    }
}
