using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FriendNet.Node.Linux;

/// <summary>An open file or folder. Writes name their offset, so threads may share it.</summary>
public sealed unsafe class Descriptor : SafeHandleMinusOneIsInvalid
{
    private readonly string _what;

    /// <param name="what">Its name as it may be shown to people.</param>
    internal Descriptor(int fd, string what)
        : base(ownsHandle: true)
    {
        _what = what;
        SetHandle(fd);
    }

    internal int Number => (int)handle;

    /// <summary>Writes all of it.</summary>
    /// <exception cref="DiskException">The disk is full or failed.</exception>
    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        var done = 0;
        fixed (byte* p = source)
        {
            while (done < source.Length)
            {
                var count = Libc.WriteAt(this, p + done, source.Length - done, offset + done);
                if (count >= 0)
                    done += (int)count;
                else if (Marshal.GetLastPInvokeError() != DiskException.Interrupted)
                    throw DiskException.Last(_what);
            }
        }
    }

    /// <summary>Fills all of it; false: it ends before, or cannot be read.</summary>
    public bool TryRead(Span<byte> destination, long offset)
    {
        var done = 0;
        fixed (byte* p = destination)
        {
            while (done < destination.Length)
            {
                var left = destination.Length - done;
                var count = Libc.ReadAt(this, p + done, left, offset + done);
                if (count > 0)
                    done += (int)count;
                else if (count == 0 || Marshal.GetLastPInvokeError() != DiskException.Interrupted)
                    return false;
            }
        }

        return true;
    }

    public FileStat Stat()
    {
        var error = FileStat.Read(this, out var stat);
        return error == 0 ? stat : throw new DiskException(error, _what);
    }

    public void SetLength(long length) => Demand(Libc.Truncate(this, length));

    /// <summary>Reserves room, sets the length; false where the file system cannot.</summary>
    /// <exception cref="DiskException">There is no room.</exception>
    public bool TryReserve(long length)
    {
        if (length == 0 || Libc.Allocate(this, 0, 0, length) == 0)
            return true;
        return
            Marshal.GetLastPInvokeError()
                is DiskException.NotSupported
                    or DiskException.NotImplemented
            ? false
            : throw DiskException.Last(_what);
    }

    public void SyncData() => Demand(Libc.SyncData(this));

    public void Sync() => Demand(Libc.Sync(this));

    /// <summary>Syncs the whole file system: cheaper than many single syncs.</summary>
    public void SyncFileSystem() => Demand(Libc.SyncFileSystem(this));

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    private void Demand(int result)
    {
        if (result != 0)
            throw DiskException.Last(_what);
    }
}
