using System.Runtime.InteropServices;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Linux;

/// <summary>What a name is.</summary>
public enum FileKind
{
    /// <summary>A file with bytes.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A device, pipe or socket.</summary>
    Special,
}

/// <summary>
/// statx(2) of one name, links not followed. Times in ns since 1970; birth 0: unknown.
/// </summary>
public readonly partial record struct FileStat(
    FileKind Kind,
    long Size,
    long ModifiedNs,
    long ChangedNs,
    long BirthNs,
    long Inode,
    long Device
)
{
    /// <summary>The errno of a name that is not there.</summary>
    public const int NoEntry = 2;

    /// <summary>The errno of a path through something that is not a folder.</summary>
    public const int NotADirectory = 20;

    private const int AtCurrent = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicAndBirth = 0xFFF;
    private const uint BirthBit = 0x800;

    /// <summary>The name at that path; 0 or an errno.</summary>
    public static int Read(string path, bool follow, out FileStat stat) =>
        Take(
            StatPath(AtCurrent, path, follow ? 0 : NoFollow, BasicAndBirth, out var raw),
            raw,
            out stat
        );

    /// <summary>The same file or folder, whatever it is called and whatever became of it.</summary>
    public bool IsSameAs(FileStat other) => Inode == other.Inode && Device == other.Device;

    /// <summary>Whether a path leads, also by links, to that folder or into it.</summary>
    public static bool IsWithin(string path, in FileStat folder)
    {
        for (var depth = 0; depth < Limits.PathDepthMax; depth++)
        {
            if (Read(path, follow: true, out var at) != 0)
                return false;
            if (at.IsSameAs(folder))
                return true;
            path += "/..";
        }

        return false;
    }

    /// <summary>An open file; 0 or an errno.</summary>
    public static int Read(SafeHandle file, out FileStat stat) =>
        Take(StatFile(file, "", EmptyPath, BasicAndBirth, out var raw), raw, out stat);

    /// <summary>An entry (UTF-8, ending in 0) of an open folder; 0 or an errno.</summary>
    internal static unsafe int Read(int folder, byte* name, out FileStat stat) =>
        Take(StatEntry(folder, name, NoFollow, BasicAndBirth, out var raw), raw, out stat);

    private static int Take(int code, in Statx raw, out FileStat stat)
    {
        stat = default;
        if (code != 0)
            return Marshal.GetLastPInvokeError();
        var kind = (raw.Mode & 0xF000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0xA000 => FileKind.Link,
            _ => FileKind.Special,
        };
        stat = new FileStat(
            kind,
            (long)Math.Min(raw.Size, long.MaxValue),
            raw.Modified.Ns,
            raw.Changed.Ns,
            (raw.Mask & BirthBit) != 0 ? raw.Birth.Ns : 0,
            unchecked((long)raw.Inode),
            ((long)raw.DeviceMajor << 32) | raw.DeviceMinor
        );
        return 0;
    }

    // Fields in the kernel's order (linux/stat.h), the same on every architecture.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct Statx
    {
        [FieldOffset(0)]
        public readonly uint Mask;

        [FieldOffset(28)]
        public readonly ushort Mode;

        [FieldOffset(32)]
        public readonly ulong Inode;

        [FieldOffset(40)]
        public readonly ulong Size;

        [FieldOffset(80)]
        public readonly Time Birth;

        [FieldOffset(96)]
        public readonly Time Changed;

        [FieldOffset(112)]
        public readonly Time Modified;

        [FieldOffset(136)]
        public readonly uint DeviceMajor;

        [FieldOffset(140)]
        public readonly uint DeviceMinor;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Time
    {
        private readonly long _seconds;
        private readonly uint _nanoseconds;
        private readonly int _reserved;

        // Years beyond 2262 (a broken clock or disk) wrap, and stay good for comparing.
        public long Ns => unchecked((_seconds * 1_000_000_000) + _nanoseconds);
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatPath(
        int folder,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        int flags,
        uint mask,
        out Statx stat
    );

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatFile(
        SafeHandle file,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string empty,
        int flags,
        uint mask,
        out Statx stat
    );

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int StatEntry(
        int folder,
        byte* name,
        int flags,
        uint mask,
        out Statx stat
    );
}
