using FriendNet.Node.Blocks;
using FriendNet.Node.Linux;

namespace FriendNet.Node.Downloads;

/// <summary>
/// A file of more than one run while it arrives. Whole pages go past the page cache (O_DIRECT),
/// which here is five times faster than first-touched cache pages; the last bytes, and everything
/// where the file system cannot, take the plain way.
/// </summary>
internal sealed class PartFile : IDisposable
{
    private const int PageBytes = 4096;
    private const long Doubtful = -1;
    private readonly Lock _gate = new();
    private readonly Descriptor _plain;
    private readonly EarlySync _early = new();
    private int _writers;
    private volatile Descriptor? _direct;

    /// <summary>Opens the part, or makes it and reserves its room.</summary>
    /// <exception cref="DiskException">No room, no permission, or not a plain file.</exception>
    /// <param name="leftNs">When our last write changed it; 0: it wrote none of it yet.</param>
    internal PartFile(Folder folder, string path, long length, bool mustBeNew, long leftNs)
    {
        var isNew = mustBeNew || !folder.TryStat(path, out _);
        _plain = folder.OpenFile(path, isNew ? OpenModes.New | OpenModes.Write : OpenModes.Write);
        try
        {
            var stat = _plain.Stat();
            if (stat.Kind != FileKind.Regular)
                throw new DiskException(DiskException.Exists, path);
            if (stat.Size != length && !_plain.TryReserve(length))
                _plain.SetLength(length);
            if (stat.Size > length)
                _plain.SetLength(length);
            LeftNs = leftNs == 0 ? _plain.Stat().ChangedNs : leftNs;
            _direct = folder.TryOpenFile(path, OpenModes.Write | OpenModes.Direct, out _);
        }
        catch
        {
            _plain.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The time of change (ctime, which nobody can set) that our last write left; one that no
    /// file has if somebody else wrote between two of ours.
    /// </summary>
    internal long LeftNs { get; private set; }

    /// <summary>Whether a write is under way.</summary>
    internal bool IsBusy => Volatile.Read(ref _writers) > 0;

    /// <summary>Threads may write different runs at once.</summary>
    /// <param name="at">Where in the block the run starts.</param>
    internal void Write(long offset, Block block, int at, int count)
    {
        Enter();
        try
        {
            WriteAll(offset, block, at, count);
        }
        finally
        {
            Leave();
        }
    }

    /// <exception cref="DiskException">The disk failed.</exception>
    internal void SyncEarly(int count) => _early.Wrote(count, Sync);

    public void Dispose()
    {
        _direct?.Dispose();
        _plain.Dispose();
    }

    private void Enter()
    {
        using (_gate.EnterScope())
        {
            if (_writers == 0 && _plain.Stat().ChangedNs != LeftNs)
                LeftNs = Doubtful;
            _writers++;
        }
    }

    private void Leave()
    {
        using (_gate.EnterScope())
        {
            if (--_writers == 0 && LeftNs != Doubtful)
                LeftNs = _plain.Stat().ChangedNs;
        }
    }

    private void WriteAll(long offset, Block block, int at, int count)
    {
        var bytes = block.Span.Slice(at, count);
        var whole = at % PageBytes == 0 ? count - (count % PageBytes) : 0;
        if (whole > 0 && _direct is { } direct && TryDirect(direct, bytes[..whole], offset))
        {
            bytes = bytes[whole..];
            offset += whole;
        }

        if (bytes.Length > 0)
            _plain.Write(bytes, offset);
    }

    private void Sync()
    {
        try
        {
            _plain.SyncData();
        }
        catch (DiskException)
        {
            // The kernel says once that a write was lost: whoever syncs next would not hear it,
            // and record what is not there.
            using (_gate.EnterScope())
            {
                LeftNs = Doubtful;
            }

            throw;
        }
    }

    private bool TryDirect(Descriptor direct, ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            direct.Write(bytes, offset);
            return true;
        }
        catch (DiskException e) when (e.Error == DiskException.Invalid)
        {
            // Larger sectors than pages, or a file system that only says so now.
            _direct = null;
            return false;
        }
    }
}
