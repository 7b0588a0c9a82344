using FriendNet.Node.Blocks;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

/// <summary>
/// Where a transfer stands on disk until it is complete: NAME.friendnet-part in the destination,
/// a file, or a folder with the final names inside. So 10,000 files cost one rename and one sync.
/// </summary>
internal sealed partial class PartPlace : IDisposable
{
    private const int OpenMax = 16;
    private const int NamesMax = 10_000;
    private readonly Folder _destination;
    private readonly Folder _root;

    private readonly TransferRow _row;
    private readonly TransferContent _content;
    private readonly Dictionary<int, PartFile> _open = [];
    private readonly Queue<int> _order = [];
    private readonly HashSet<int> _made = [];
    private readonly Lock _gate = new();

    /// <summary>Opens the place of a transfer.</summary>
    /// <param name="mayMake">Else its folder must be there: its disk may only be away.</param>
    /// <exception cref="DiskException">It is gone, or not ours to write.</exception>
    internal PartPlace(TransferRow row, TransferContent content, bool mayMake)
    {
        (_row, _content) = (row, content);
        _destination = Folder.Open(row.Destination);
        try
        {
            if (row.IsFolder && mayMake)
                _destination.TryMakeFolder(row.PartName);
            _root = row.IsFolder ? _destination.OpenFolder(row.PartName) : _destination;
            _earlyRoot = row.IsFolder ? _destination.OpenFolder(row.PartName) : null;
        }
        catch
        {
            _root?.Dispose();
            _destination.Dispose();
            throw;
        }
    }

    /// <summary>Writes a verified slice. Any thread.</summary>
    /// <exception cref="DiskException">The disk is full, or something is in the way.</exception>
    internal void Write(Slice slice, Block block, int at, int count)
    {
        if (_content.Map.Count(slice.File) == 1)
        {
            WriteSmall(slice.File, block.Span.Slice(at, count));
            return;
        }

        while (true)
        {
            try
            {
                PartOf(slice.File).Write((long)slice.Run * Block.Bytes, block, at, count);
                return;
            }
            catch (ObjectDisposedException)
            {
                // Too many files were open and this one was closed meanwhile: once more.
            }
        }
    }

    /// <summary>Makes the files that have no bytes.</summary>
    internal void MakeEmptyFiles()
    {
        for (var file = 0; file < _content.Files.Count; file++)
        {
            // There already: a finish that was cut off by a crash made it.
            if (_content.Files[file].Id.Length == 0 && !_root.TryStat(PathOf(file), out _))
                Create(file).Dispose();
        }
    }

    /// <summary>The first final name that is free.</summary>
    internal string FreeName()
    {
        for (var number = 1; number < NamesMax; number++)
        {
            var name = SafeName.Numbered(_row.Name, number, _row.IsFolder);
            if (!_destination.TryStat(name, out _))
                return name;
        }

        throw new DiskException(DiskException.Exists, _row.Name);
    }

    /// <summary>Puts it in place under that name; false: the name was taken meanwhile.</summary>
    internal bool TryFinish(string finalName)
    {
        CheckIdentity();
        if (!_destination.TryRename(_row.PartName, finalName))
            return false;
        _destination.Sync();
        return true;
    }

    /// <summary>Whether only the final name is there: it was finished before.</summary>
    internal static bool IsFinished(TransferRow row)
    {
        using var destination = Folder.Open(row.Destination);
        return row.FinalName is { } name
            && !IsThere(destination, row.PartName, out _)
            && destination.TryStat(name, out _);
    }

    /// <summary>The same; false if that cannot be seen: who goes on hears why.</summary>
    internal static bool IsInPlace(TransferRow row)
    {
        try
        {
            return IsFinished(row);
        }
        catch (DiskException)
        {
            return false;
        }
    }

    /// <summary>Removes all that this transfer made.</summary>
    internal void Remove()
    {
        CloseFiles();
        SortedSet<string> folders = new(StringComparer.Ordinal);
        for (var file = 0; file < _content.Files.Count; file++)
        {
            var path = PathOf(file);
            _root.RemoveFile(path);
            for (var at = path.LastIndexOf('/'); at > 0; at = path.LastIndexOf('/', at - 1))
            {
                if (!folders.Add(path[..at]))
                    break;
            }
        }

        foreach (var folder in folders.Reverse())
            _root.RemoveFolder(folder);
        if (_row.IsFolder)
            _destination.RemoveFolder(_row.PartName);
    }

    public void Dispose()
    {
        CloseFiles();
        _earlyRoot?.Dispose();
        _root.Dispose();
        _destination.Dispose();
    }

    /// <summary>False only if nothing stands there for certain.</summary>
    private static bool IsThere(Folder folder, string path, out FileStat stat)
    {
        if (folder.TryStat(path, out stat))
            return true;
        // No reason was given: opening gives one.
        using var probe = folder.TryOpenFile(path, OpenModes.None, out var error);
        return error is DiskException.NoEntry or DiskException.NotFolder
            ? false
            : throw new DiskException(error, path);
    }

    private string PathOf(int file) => _row.IsFolder ? _content.Files[file].Path : _row.PartName;

    // A single file was made when its name was reserved; one in a folder must be new.
    private Descriptor Create(int file)
    {
        var path = PathOf(file);
        var modes = OpenModes.New | OpenModes.Write;
        var made = _root.TryOpenFile(path, modes, out var error);
        if (made is null && error == DiskException.NoEntry && path.Contains('/'))
        {
            _root.MakeFolders(path[..path.LastIndexOf('/')]);
            made = _root.TryOpenFile(path, modes, out error);
        }

        if (made is null && error == DiskException.Exists && !_row.IsFolder)
            made = _root.TryOpenFile(path, OpenModes.Write, out error);
        return made ?? throw new DiskException(error, $"{_row.Destination}/{path}");
    }

    private void WriteSmall(int file, ReadOnlySpan<byte> bytes)
    {
        using var small = Create(file);
        try
        {
            small.Write(bytes, 0);
            var left = small.Stat().ChangedNs;
            using (_gate.EnterScope())
            {
                _content.LeftNs[file] = left;
            }
        }
        catch (DiskException)
        {
            // Half a file must not be in the way when there is room again.
            if (_row.IsFolder)
                _root.RemoveFile(PathOf(file));
            throw;
        }
    }

    private PartFile PartOf(int file)
    {
        using (_gate.EnterScope())
        {
            if (_open.TryGetValue(file, out var open))
                return open;
            var path = PathOf(file);
            var slash = path.LastIndexOf('/');
            if (slash > 0)
                _root.MakeFolders(path[..slash]);
            if (
                _order.Count >= OpenMax
                && _order.Dequeue() is var old
                && _open.Remove(old, out var one)
            )
                Close(old, one);
            _order.Enqueue(file);
            // What stands there and is not ours, a hard link perhaps, is not written to.
            var mustBeNew = _made.Add(file) && _row.IsFolder && !_content.HasAny(file);
            var length = _content.Files[file].Id.Length;
            return _open[file] = new(_root, path, length, mustBeNew, _content.LeftNs[file]);
        }
    }

    private void CheckIdentity()
    {
        if (!_destination.TryStat(_row.PartName, out var named))
            throw new DiskException(DiskException.NoEntry, $"{_row.Destination}/{_row.PartName}");
        var isOurs = _row.IsFolder
            ? _root.Stat() is var root && root.Inode == named.Inode && root.Device == named.Device
            : named.Kind == FileKind.Regular && named.Size == _content.Files[0].Id.Length;
        if (!isOurs)
            throw new DiskException(DiskException.Stale, $"{_row.Destination}/{_row.PartName}");
    }

    private void Close(int file, PartFile part)
    {
        // A write under way opens it again, and begins with what is there then.
        _content.LeftNs[file] = part.IsBusy ? 0 : part.LeftNs;
        part.Dispose();
    }

    private void CloseFiles()
    {
        using (_gate.EnterScope())
        {
            foreach (var (file, part) in _open)
                Close(file, part);
            _open.Clear();
            _order.Clear();
        }
    }
}
