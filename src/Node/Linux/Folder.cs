using System.Runtime.InteropServices;

namespace FriendNet.Node.Linux;

/// <summary>How a file beneath a folder is opened.</summary>
[Flags]
public enum OpenModes
{
    None = 0,

    /// <summary>To write; else to read.</summary>
    Write = 1,

    /// <summary>Make it; it must not exist.</summary>
    New = 2,

    /// <summary>Past the page cache: memory, offset and count in whole pages.</summary>
    Direct = 4,
}

/// <summary>
/// A folder held open. Every name is resolved beneath it and no link on the way is followed, so
/// whatever is planted there meanwhile cannot lead a write elsewhere.
/// </summary>
public sealed unsafe partial class Folder : IDisposable
{
    private const uint FileMode = 0x1B6; // 0666 less the umask
    private const uint FolderMode = 0x1FF; // 0777 less the umask
    private readonly Descriptor _folder;
    private readonly string _path;

    private Folder(Descriptor folder, string path)
    {
        _folder = folder;
        _path = path;
    }

    /// <summary>Opens a folder that the user chose: links to it are the user's own.</summary>
    /// <exception cref="DiskException">It is not there, or not a folder.</exception>
    public static Folder Open(string path)
    {
        Span<byte> name = stackalloc byte[CName.Max];
        fixed (byte* p = CName.Write(path, name))
        {
            var flags = Libc.ReadOnly | Libc.FolderOnly | Libc.CloseOnExec;
            var fd = Libc.OpenAt(Libc.AtCurrentFolder, p, flags, 0);
            return fd >= 0 ? new(new(fd, path), path) : throw DiskException.Last(path);
        }
    }

    /// <summary>Opens a folder beneath this one.</summary>
    public Folder OpenFolder(string relative) =>
        TryOpenFolder(relative) ?? throw DiskException.Last(Show(relative));

    /// <summary>As <see cref="OpenFolder"/>; null, with errno set: it cannot be.</summary>
    public Folder? TryOpenFolder(ReadOnlySpan<char> relative)
    {
        var fd = Resolution.Open(_folder, relative, Libc.ReadOnly | Libc.FolderOnly, 0);
        if (fd < 0)
            return null;
        var path = Show(relative);
        return new(new(fd, path), path);
    }

    /// <summary>Opens or makes a file beneath this folder.</summary>
    /// <exception cref="DiskException">It cannot be; <c>Error</c> says why.</exception>
    public Descriptor OpenFile(string relative, OpenModes modes) =>
        TryOpenFile(relative, modes, out var error)
        ?? throw new DiskException(error, Show(relative));

    /// <summary>As <see cref="OpenFile"/>, with errno instead of an exception.</summary>
    public Descriptor? TryOpenFile(string relative, OpenModes modes, out int error)
    {
        var flags = modes.HasFlag(OpenModes.Write) ? Libc.WriteOnly : Libc.ReadOnly;
        flags |= modes.HasFlag(OpenModes.New) ? Libc.Create | Libc.Exclusive : Libc.NonBlocking;
        flags |= modes.HasFlag(OpenModes.Direct) ? Libc.Direct : 0;
        var mode = modes.HasFlag(OpenModes.New) ? FileMode : 0;
        var fd = Resolution.Open(_folder, relative, flags, mode);
        error = fd >= 0 ? 0 : Marshal.GetLastPInvokeError();
        return fd >= 0 ? new(fd, relative) : null;
    }

    /// <summary>Makes one folder; false if the name is taken.</summary>
    public bool TryMakeFolder(string name)
    {
        Span<byte> buffer = stackalloc byte[CName.Max];
        fixed (byte* p = CName.Write(name, buffer))
        {
            if (Libc.MakeFolderAt(_folder, p, FolderMode) == 0)
                return true;
        }

        return Marshal.GetLastPInvokeError() == DiskException.Exists
            ? false
            : throw DiskException.Last(Show(name));
    }

    /// <summary>Makes all folders of a relative path that are missing.</summary>
    public void MakeFolders(string relative)
    {
        var slash = relative.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? relative : relative[..slash];
        TryMakeFolder(name);
        using var next = OpenFolder(name);
        if (slash >= 0)
            next.MakeFolders(relative[(slash + 1)..]);
    }

    /// <summary>What stands under that path, links not followed; false if nothing does.</summary>
    public bool TryStat(string relative, out FileStat stat)
    {
        stat = default;
        var slash = relative.LastIndexOf('/');
        if (slash < 0)
            return TryStatName(relative, out stat);
        using var parent = TryOpenFolder(relative.AsSpan(0, slash));
        return parent?.TryStatName(relative[(slash + 1)..], out stat) ?? false;
    }

    public void Dispose() => _folder.Dispose();

    private bool TryStatName(string name, out FileStat stat)
    {
        Span<byte> buffer = stackalloc byte[CName.Max];
        fixed (byte* p = CName.Write(name, buffer))
        {
            return FileStat.Read(_folder.Number, p, out stat) == 0;
        }
    }

    private string Show(ReadOnlySpan<char> relative) => $"{_path.TrimEnd('/')}/{relative}";
}
