using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FriendNet.Node.Linux;

/// <summary>
/// readdir(3) over one folder: names as the raw bytes they are, one at a time, links not followed
/// below the first folder. For one thread.
/// </summary>
public sealed unsafe partial class DirectoryStream : SafeHandleZeroOrMinusOneIsInvalid
{
    // linux-x64: O_DIRECTORY | O_CLOEXEC, and O_NOFOLLOW below the root.
    private const int RootFlags = 0x10000 | 0x80000;
    private const int EntryFlags = RootFlags | 0x20000;

    // struct dirent of linux-x64: inode 8, offset 8, length 2, type 1, then the name.
    private const int NameOffset = 19;
    private readonly int _descriptor;
    private byte* _name;

    private DirectoryStream(int descriptor, nint stream)
        : base(ownsHandle: true)
    {
        _descriptor = descriptor;
        SetHandle(stream);
    }

    /// <summary>The entry that <see cref="Next"/> went to: bytes without the final 0.</summary>
    public ReadOnlySpan<byte> Name => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_name);

    /// <summary>Opens a folder by its path, which may lead through links; 0 or an errno.</summary>
    public static int Open(string path, out DirectoryStream? stream) =>
        Take(OpenPath(path, RootFlags), out stream);

    /// <summary>Opens the entry gone to, if it is a folder; 0 or an errno.</summary>
    public int OpenEntry(out DirectoryStream? stream) =>
        Take(OpenAt(_descriptor, _name, EntryFlags), out stream);

    /// <summary>Goes to the next entry that is not "." or ".."; false at the end.</summary>
    public bool Next()
    {
        do
        {
            var entry = ReadEntry(handle);
            if (entry == 0)
                return false;
            _name = (byte*)entry + NameOffset;
        } while (Name.SequenceEqual("."u8) || Name.SequenceEqual(".."u8));
        return true;
    }

    /// <summary>statx(2) of the entry gone to; 0 or an errno.</summary>
    public int Stat(out FileStat stat) => FileStat.Read(_descriptor, _name, out stat);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Close(handle) == 0;

    private static int Take(int descriptor, out DirectoryStream? stream)
    {
        stream = null;
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError();
        var opened = OpenStream(descriptor);
        if (opened == 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _ = CloseDescriptor(descriptor);
            return error;
        }
        stream = new DirectoryStream(descriptor, opened);
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenPath(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        int flags
    );

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenAt(int folder, byte* name, int flags);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint OpenStream(int descriptor);

    [LibraryImport("libc", EntryPoint = "readdir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReadEntry(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(nint stream);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseDescriptor(int descriptor);
}
