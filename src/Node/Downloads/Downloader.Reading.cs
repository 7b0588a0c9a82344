using FriendNet.Node.Failures;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

public sealed partial class Downloader
{
    private long _lastReader;
    private int _readers;

    /// <summary>The files of a transfer in their order; null: there is no such transfer.</summary>
    public IReadOnlyList<TransferFile>? FilesOf(TransferId id) =>
        _table.Find(id) is { } entry ? (entry.Live?.Content ?? _store.Load(id)).Files : null;

    /// <summary>
    /// Reads a file of a transfer, running or done; null: there is no such transfer or file.
    /// </summary>
    /// <exception cref="FailureException">Too many read already.</exception>
    public FileReading? Read(TransferId id, int file)
    {
        if (_table.Find(id) is not { } entry || _store.FileOf(id, file) is not { } found)
            return null;
        if (Interlocked.Increment(ref _readers) > Limits.ReadersMax)
        {
            ReaderLeft();
            throw new FailureException(
                FailureKind.Full,
                $"{Limits.ReadersMax} files are being read already: close a player."
            );
        }

        var reader = new ReaderId(Interlocked.Increment(ref _lastReader));
        var part = new PartReader(entry, file, found);
        return new(reader, entry, file, part, _report, ReaderLeft);
    }

    private void ReaderLeft() => Interlocked.Decrement(ref _readers);
}
