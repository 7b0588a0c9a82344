using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FriendNet.Node.Linux;

/// <summary>Opens files below a folder and nowhere else: openat2(2), no link followed.</summary>
public static unsafe partial class Beneath
{
    private const long OpenAt2 = 437;

    // O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY: a pipe or terminal must not hold us.
    private const ulong ReadFlags = 0x80000 | 0x800 | 0x100;

    // O_PATH | O_DIRECTORY | O_CLOEXEC.
    private const int FolderFlags = 0x200000 | 0x10000 | 0x80000;

    // RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS.
    private const ulong NoWayOut = 0x08 | 0x04 | 0x02;
    private const int TryAgain = 11;
    private const int TriesMax = 8;

    /// <summary>
    /// Opens the file at a '/'-separated path below <paramref name="folder"/> for reading;
    /// 0 or an errno.
    /// </summary>
    public static int OpenRead(string folder, string relativePath, out SafeFileHandle? file)
    {
        file = null;
        var descriptor = OpenFolder(folder, FolderFlags);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError();
        using var root = new SafeFileHandle(descriptor, ownsHandle: true);
        var how = new How { Flags = ReadFlags, Resolve = NoWayOut };
        // The kernel says EAGAIN while something above the file is being renamed.
        for (var tries = 0; ; tries++)
        {
            var opened = OpenAt(OpenAt2, root, relativePath, &how, sizeof(How));
            if (opened >= 0)
            {
                file = new SafeFileHandle((nint)opened, ownsHandle: true);
                return 0;
            }
            var error = Marshal.GetLastPInvokeError();
            if (error != TryAgain || tries == TriesMax)
                return error;
        }
    }

    // struct open_how of linux/openat2.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct How
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenFolder(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        int flags
    );

    // glibc has no openat2 yet.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long OpenAt(
        long number,
        SafeHandle folder,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        How* how,
        nint size
    );
}
