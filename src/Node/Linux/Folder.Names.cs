using System.Runtime.InteropServices;

namespace FriendNet.Node.Linux;

public sealed unsafe partial class Folder
{
    /// <summary>Bytes that this user may still write on this file system.</summary>
    public long FreeBytes()
    {
        Libc.FileSystemStat stat;
        if (Libc.StatFileSystem(_folder, &stat) != 0)
            throw DiskException.Last(_path);
        return (long)UInt128.Min(long.MaxValue, (UInt128)stat.FragmentBytes * stat.Available);
    }

    /// <summary>What this folder itself is.</summary>
    public FileStat Stat() => _folder.Stat();

    /// <summary>
    /// Renames within this folder; false if the new name is taken. Never replaces anything.
    /// </summary>
    public bool TryRename(string from, string to)
    {
        Span<byte> fromBuffer = stackalloc byte[CName.Max];
        Span<byte> toBuffer = stackalloc byte[CName.Max];
        fixed (byte* f = CName.Write(from, fromBuffer))
        fixed (byte* t = CName.Write(to, toBuffer))
        {
            if (Libc.RenameAt(_folder, f, _folder, t, Libc.RenameNoReplace) == 0)
                return true;
        }

        return Marshal.GetLastPInvokeError() switch
        {
            DiskException.Exists or DiskException.NotEmpty => false,
            // A file system without NOREPLACE (some network ones): look first, then rename.
            DiskException.Invalid => !TryStat(to, out _) && RenamePlainly(from, to),
            _ => throw DiskException.Last(Show(from)),
        };
    }

    /// <summary>Removes a file or link beneath this folder; false if nothing was there.</summary>
    public bool RemoveFile(string relative) => Remove(relative, 0);

    /// <summary>Removes an empty folder beneath this one; false if nothing was there.</summary>
    public bool RemoveFolder(string relative) => Remove(relative, Libc.AtRemoveFolder);

    /// <summary>Makes renames in this folder last.</summary>
    public void Sync() => _folder.Sync();

    /// <summary>Makes all that was written on this file system last.</summary>
    public void SyncFileSystem() => _folder.SyncFileSystem();

    private bool RenamePlainly(string from, string to)
    {
        Span<byte> fromBuffer = stackalloc byte[CName.Max];
        Span<byte> toBuffer = stackalloc byte[CName.Max];
        fixed (byte* f = CName.Write(from, fromBuffer))
        fixed (byte* t = CName.Write(to, toBuffer))
        {
            return Libc.RenameAt(_folder, f, _folder, t, 0) == 0
                ? true
                : throw DiskException.Last(Show(from));
        }
    }

    private bool Remove(string relative, int flags)
    {
        var slash = relative.LastIndexOf('/');
        if (slash >= 0)
        {
            using var parent = TryOpenFolder(relative.AsSpan(0, slash));
            return parent?.Remove(relative[(slash + 1)..], flags) ?? false;
        }

        Span<byte> buffer = stackalloc byte[CName.Max];
        fixed (byte* p = CName.Write(relative, buffer))
        {
            if (Libc.UnlinkAt(_folder, p, flags) == 0)
                return true;
        }

        return Marshal.GetLastPInvokeError() == DiskException.NoEntry
            ? false
            : throw DiskException.Last(Show(relative));
    }
}
