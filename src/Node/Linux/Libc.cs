using System.Runtime.InteropServices;

namespace FriendNet.Node.Linux;

/// <summary>The calls to the kernel, named and shaped as in section 2 of the manual.</summary>
internal static unsafe partial class Libc
{
    internal const int AtCurrentFolder = -100;
    internal const int AtRemoveFolder = 0x200;

    internal const int ReadOnly = 0;
    internal const int WriteOnly = 1;
    internal const int Create = 0x40;
    internal const int Exclusive = 0x80;
    internal const int CloseOnExec = 0x80000;
    internal const int NonBlocking = 0x800;

    // These three differ between x86 and Arm.
    internal static readonly int Direct = IsArm ? 0x10000 : 0x4000;
    internal static readonly int FolderOnly = IsArm ? 0x4000 : 0x10000;
    internal static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    internal const int RenameNoReplace = 1;
    internal const long OpenAt2Number = 437;

    private const string Name = "libc";

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    [LibraryImport(Name, EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int OpenAt(int folder, byte* path, int flags, uint mode);

    // glibc has no openat2; the number is the same on every architecture.
    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint OpenAt2(
        nint number,
        nint folder,
        byte* path,
        OpenHow* how,
        nint size
    );

    [LibraryImport(Name, EntryPoint = "setpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int SetPriority(int which, int who, int value);

    [LibraryImport(Name, EntryPoint = "gettid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int ThreadId();

    [LibraryImport(Name, EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Close(int fd);

    [LibraryImport(Name, EntryPoint = "pwrite64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint WriteAt(Descriptor fd, byte* buffer, nint count, long offset);

    [LibraryImport(Name, EntryPoint = "pread64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint ReadAt(Descriptor fd, byte* buffer, nint count, long offset);

    [LibraryImport(Name, EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int SyncData(Descriptor fd);

    [LibraryImport(Name, EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Sync(Descriptor fd);

    [LibraryImport(Name, EntryPoint = "syncfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int SyncFileSystem(Descriptor fd);

    [LibraryImport(Name, EntryPoint = "ftruncate64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Truncate(Descriptor fd, long length);

    [LibraryImport(Name, EntryPoint = "fallocate64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Allocate(Descriptor fd, int mode, long offset, long length);

    [LibraryImport(Name, EntryPoint = "fstatvfs64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int StatFileSystem(Descriptor fd, FileSystemStat* stat);

    [LibraryImport(Name, EntryPoint = "mkdirat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int MakeFolderAt(Descriptor folder, byte* path, uint mode);

    [LibraryImport(Name, EntryPoint = "unlinkat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int UnlinkAt(Descriptor folder, byte* path, int flags);

    [LibraryImport(Name, EntryPoint = "renameat2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int RenameAt(
        Descriptor fromFolder,
        byte* from,
        Descriptor toFolder,
        byte* to,
        uint flags
    );

    /// <summary>openat2's argument, 24 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct OpenHow
    {
        internal ulong Flags;
        internal ulong Mode;
        internal ulong Resolve;
    }

    /// <summary>statvfs on 64-bit systems; only the first fields are used.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct FileSystemStat
    {
        [FieldOffset(8)]
        internal ulong FragmentBytes;

        [FieldOffset(32)]
        internal ulong Available;
    }
}
