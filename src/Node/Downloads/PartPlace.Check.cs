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
    /// Compares the disk with what is recorded, by sizes and times alone: what vanished or has
    /// another size is forgotten, what stands there unrecorded is removed.
    /// </summary>
    /// <param name="changed">
    /// Files that were changed since our last write: to be hashed by <see cref="Verify"/>.
    /// </param>
    /// <returns>False: something was forgotten.</returns>
    internal bool Check(out List<int> changed)
    {
        var isAsLeft = true;
        changed = [];
        using var near = new Neighbours(_root);
        for (var file = 0; file < _content.Files.Count; file++)
        {
            var isThere = IsThere(near, PathOf(file), out var stat);
            var length = _content.Files[file].Id.Length;
            var isSound = isThere && stat.Kind == FileKind.Regular && stat.Size == length;
            if (isSound && _content.HasAny(file))
            {
                if (_content.IsAsLeft(file, stat.ChangedNs))
                    _content.LeftNs[file] = stat.ChangedNs;
                else
                    changed.Add(file);
                continue;
            }

            isAsLeft &= !_content.HasAny(file);
            Forget(file, isThere ? stat : null);
        }

        return isAsLeft;
    }

    /// <summary>Hashes what is recorded of a file again; what is wrong is forgotten.</summary>
    /// <param name="goesOn">Asked before each run.</param>
    /// <returns>False: it did not go on to the end, and the file is still in doubt.</returns>
    internal bool Verify(int file, PartCheck check, Func<bool> goesOn)
    {
        // What is written to it between this look and our next write shows.
        var isThere = IsThere(_root, PathOf(file), out var stat);
        if (!check.Verify(_root, PathOf(file), file, goesOn))
            return false;
        if (_content.HasAny(file))
            _content.LeftNs[file] = stat.ChangedNs;
        else
            Forget(file, isThere ? stat : null);
        return true;
    }

    private bool IsThere(Neighbours near, string path, out FileStat stat) =>
        near.TryStat(path, out stat) || IsThere(_root, path, out stat);

    private void Forget(int file, FileStat? stands)
    {
        _content.Forget(file);
        _content.LeftNs[file] = 0;
        if (stands is { Kind: FileKind.Regular or FileKind.Link })
            _root.RemoveFile(PathOf(file));
    }

    /// <summary>
    /// Whether every file is, by its time of change, what our last write left. What others write
    /// in the very moment of a write of ours does not show.
    /// </summary>
    internal bool IsAsLeft()
    {
        using var near = new Neighbours(_root);
        for (var file = 0; file < _content.Files.Count; file++)
        {
            var length = _content.Files[file].Id.Length;
            if (length == 0)
                continue;
            if (!IsThere(near, PathOf(file), out var stat) || stat.Size != length)
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
