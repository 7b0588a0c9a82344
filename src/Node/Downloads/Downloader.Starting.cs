using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Downloads;

// How a transfer begins: checked, given a place, stored, told.
public sealed partial class Downloader
{
    private TransferId Start(
        string name,
        IReadOnlyList<OfferedFile> offered,
        string destination,
        bool isFolder,
        bool isQuiet
    )
    {
        if (!SafeName.TryMake(name.AsSpan(), out var safe))
            throw new DownloadRefusedException("That name cannot be a file's name here.");
        if (!Path.IsPathRooted(destination))
            throw new DownloadRefusedException($"{destination} must be an absolute path.");
        var files = isFolder ? Named(offered) : [new(safe, offered[0].Id)];
        var bytes = TotalOf(files);
        using var one = _disks.Of(destination).Starting.EnterScope();
        if (Underway(safe, files, destination, isFolder, isQuiet) is { } underway)
            return underway;
        try
        {
            using var folder = Folder.Open(destination);
            var free = folder.FreeBytes();
            if (bytes > free)
                throw new DownloadRefusedException(
                    $"{safe} needs {Megabytes(bytes)}, but {destination} has {Megabytes(free)} "
                        + "free: make room or choose another folder."
                );
            var part = PartPlace.Reserve(folder, safe, isFolder, _table.PartNames().Contains);
            var row = Row(safe, destination, part, isFolder, files.Count, bytes, isQuiet);
            try
            {
                row = _store.Add(row, files);
            }
            catch (SqliteException)
            {
                PartPlace.Release(folder, row);
                throw;
            }

            return Begin(row, files);
        }
        catch (DiskException e)
        {
            throw new DownloadRefusedException(e.Message);
        }
    }

    /// <summary>
    /// The unfinished transfer of just that to just there, which goes on: who asks each hour for
    /// what nobody has now does not want it as often.
    /// </summary>
    private TransferId? Underway(
        string name,
        List<TransferFile> files,
        string destination,
        bool isFolder,
        bool isQuiet
    )
    {
        foreach (var entry in _table.All())
        {
            var row = entry.Row;
            var isAlike =
                row.State is TransferState.Running or TransferState.Paused
                && (row.Name, row.Destination) == (name, destination)
                && (row.IsFolder, row.IsQuiet, row.Files) == (isFolder, isQuiet, files.Count);
            if (!isAlike || !FilesOf(entry).SequenceEqual(files))
                continue;
            Resume(row.Id);
            return row.Id;
        }

        return null;
    }

    private IReadOnlyList<TransferFile> FilesOf(TransferEntry entry) =>
        entry.Live?.Content.Files ?? _store.Load(entry.Row.Id).Files;

    private static TransferRow Row(
        string name,
        string destination,
        string part,
        bool isFolder,
        int files,
        long bytes,
        bool isQuiet
    ) =>
        new(
            default,
            name,
            destination,
            part,
            null,
            isFolder,
            TransferState.Running,
            DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            files,
            bytes,
            null
        )
        {
            IsQuiet = isQuiet,
        };

    private TransferId Begin(TransferRow row, List<TransferFile> files)
    {
        var content = new TransferContent(files);
        var entry = _table.Add(row);
        var live = entry.Live = Open(entry, content);
        _report(Told(row, live));
        return row.Id;
    }

    private static List<TransferFile> Named(IReadOnlyList<OfferedFile> offered)
    {
        var paths = new SafePaths();
        var files = new List<TransferFile>(offered.Count);
        foreach (var file in offered)
        {
            var path =
                paths.Add(file.Path)
                ?? throw new DownloadRefusedException(
                    "The folder holds a path that would lead outside or cannot be written here."
                );
            files.Add(new(path, file.Id));
        }

        return files;
    }

    private static long TotalOf(List<TransferFile> files)
    {
        var (bytes, runs) = (0L, 0L);
        foreach (var file in files)
        {
            if (file.Id.Length is < 0 or > Limits.FileBytesMax)
                throw new DownloadRefusedException($"{file.Path} is too large.");
            bytes += file.Id.Length;
            runs += Crypto.Merkle.MerkleTree.RunCount(file.Id.Length);
        }

        return runs <= int.MaxValue
            ? bytes
            : throw new DownloadRefusedException("The folder is too large for one transfer.");
    }
}
