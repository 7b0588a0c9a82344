using FriendNet.Node.Linux;

namespace FriendNet.Node.Downloads;

/// <summary>Whether a run can be read.</summary>
internal enum RunState
{
    Missing,
    Stored,

    /// <summary>It will not come: paused, cancelled, or stopped by the disk.</summary>
    Over,
}

/// <summary>
/// Reads verified runs of one file of a transfer, while it arrives and when it is done: the bit
/// of a run says verified and written. What is open stays open over the final rename, but not when
/// the part was opened anew, which may be another file. For one thread.
/// </summary>
internal sealed class PartReader(TransferEntry entry, int number, TransferFile file) : IDisposable
{
    private Descriptor? _open;
    private int _opening;

    internal TransferFile File => file;

    /// <summary>Missing: look again after the next change of the transfer.</summary>
    /// <exception cref="DiskException">It is stored, but cannot be opened.</exception>
    internal RunState StateOf(int run)
    {
        // The state first: a transfer that is done has no live part any more.
        var row = entry.Row;
        if (IsOld)
            Close();
        switch (row.State)
        {
            case TransferState.Done:
                _open ??= Open(row.FinalName ?? row.Name);
                return RunState.Stored;
            case TransferState.Running or TransferState.Finishing:
                var isStored = entry.Live?.Has(new(number, run)) ?? false;
                return isStored && (_open is not null || TryOpenPart(row)) && !IsOld
                    ? RunState.Stored
                    : RunState.Missing;
            default:
                return RunState.Over;
        }
    }

    /// <summary>Fills it from runs that are stored; false: the file is shorter.</summary>
    /// <exception cref="DiskException">The disk failed.</exception>
    internal bool TryRead(Span<byte> destination, long offset) =>
        _open?.TryRead(destination, offset) ?? false;

    public void Dispose() => Close();

    private bool IsOld => _opening != entry.Openings;

    private void Close()
    {
        _open?.Dispose();
        _open = null;
        _opening = entry.Openings;
    }

    private bool TryOpenPart(TransferRow row)
    {
        // Once it is renamed, the part's name may be that of another transfer.
        if (row.State != TransferState.Running)
            return false;
        try
        {
            _open = Open(row.PartName);
        }
        catch (DiskException) when (entry.Row.State != row.State)
        {
            return false;
        }

        if (entry.Row.State == row.State)
            return true;
        Close();
        return false;
    }

    private Descriptor Open(string name)
    {
        var (row, length) = (entry.Row, file.Id.Length);
        using var destination = Folder.Open(row.Destination);
        var path = row.IsFolder ? $"{name}/{file.Path}" : name;
        var opened = destination.OpenFile(path, OpenModes.None);
        if (opened.Stat() is { Kind: FileKind.Regular } stat && stat.Size == length)
        {
            // Runs are written past the page cache: pages of those to come must not be in it.
            opened.ReadNothingAhead();
            return opened;
        }

        opened.Dispose();
        throw new DiskException(DiskException.Stale, $"{row.Destination}/{path}");
    }
}
