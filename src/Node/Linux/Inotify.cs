using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FriendNet.Node.Linux;

/// <summary>One report of inotify(7): something below a watched folder changed.</summary>
/// <param name="Watch">
/// The folder, as <see cref="Inotify.Add"/> named it; -1: reports were lost.
/// </param>
/// <param name="Name">The entry's name; empty when the folder itself is meant.</param>
internal readonly record struct FolderReport(int Watch, InotifyEvents Events, string Name);

/// <summary>IN_* of linux/inotify.h, those in use.</summary>
[Flags]
internal enum InotifyEvents : uint
{
    None = 0,
    Attributes = 0x4,
    CloseWrite = 0x8,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Create = 0x100,
    Delete = 0x200,
    Overflow = 0x4000,
    Ignored = 0x8000,
    OnlyDirectory = 0x0100_0000,
    DontFollow = 0x0200_0000,
    IsDirectory = 0x4000_0000,
    Changes = Attributes | CloseWrite | MovedFrom | MovedTo | Create | Delete,
}

/// <summary>
/// inotify(7) itself: FileSystemWatcher of .NET 10 falls silent for good when a folder is moved
/// out
/// and anything else happens at once. One thread waits; others may add watches.
/// </summary>
internal sealed unsafe partial class Inotify : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const short Readable = 1;

    // struct inotify_event: watch 4, mask 4, cookie 4, length of name 4, then the name.
    private const int HeaderBytes = 16;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly SafeFileHandle _file;
    private readonly SafeFileHandle _wake;

    private Inotify(SafeFileHandle file, SafeFileHandle wake)
    {
        _file = file;
        _wake = wake;
    }

    /// <summary>0 or an errno: EMFILE when the user has too many instances.</summary>
    internal static int Open(out Inotify? inotify)
    {
        inotify = null;
        var file = new SafeFileHandle(Init(CloseOnExec | NonBlocking), ownsHandle: true);
        var error = file.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
        var wake = new SafeFileHandle(EventFile(0, CloseOnExec), ownsHandle: true);
        if (error == 0 && wake.IsInvalid)
            error = Marshal.GetLastPInvokeError();
        if (error == 0)
        {
            inotify = new Inotify(file, wake);
            return 0;
        }
        file.Dispose();
        wake.Dispose();
        return error;
    }

    /// <summary>
    /// Watches a folder; its number (the same again for the same folder), or -errno.
    /// </summary>
    internal int Add(string path, bool follow)
    {
        var mask = InotifyEvents.Changes | InotifyEvents.OnlyDirectory;
        if (!follow)
            mask |= InotifyEvents.DontFollow;
        var watch = AddWatch(_file, path, (uint)mask);
        return watch >= 0 ? watch : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Ends a watch.</summary>
    internal void Remove(int watch) => _ = RemoveWatch(_file, watch);

    /// <summary>Waits for reports; false once <see cref="Stop"/> was called.</summary>
    internal bool Wait(List<FolderReport> reports)
    {
        reports.Clear();
        Span<PollEntry> entries =
        [
            new() { Descriptor = (int)_file.DangerousGetHandle(), Events = Readable },
            new() { Descriptor = (int)_wake.DangerousGetHandle(), Events = Readable },
        ];
        fixed (PollEntry* first = entries)
            _ = Poll(first, (nuint)entries.Length, -1);
        if (entries[1].Returned != 0)
            return false;
        fixed (byte* buffer = _buffer)
        {
            var read = (int)Read(_file, buffer, (nuint)_buffer.Length);
            if (read > 0)
                Parse(_buffer.AsSpan(0, read), reports);
        }
        return true;
    }

    /// <summary>Ends the waiting, from any thread.</summary>
    internal void Stop()
    {
        var one = 1L;
        _ = Write(_wake, &one, sizeof(long));
    }

    public void Dispose()
    {
        _file.Dispose();
        _wake.Dispose();
    }

    private static void Parse(ReadOnlySpan<byte> bytes, List<FolderReport> reports)
    {
        while (bytes.Length >= HeaderBytes)
        {
            var watch = MemoryMarshal.Read<int>(bytes);
            var events = (InotifyEvents)MemoryMarshal.Read<uint>(bytes[4..]);
            var length = (int)MemoryMarshal.Read<uint>(bytes[12..]);
            var name = bytes.Slice(HeaderBytes, length).TrimEnd((byte)0);
            reports.Add(new(watch, events, Encoding.UTF8.GetString(name)));
            bytes = bytes[(HeaderBytes + length)..];
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Init(int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EventFile(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AddWatch(
        SafeHandle file,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        uint mask
    );

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RemoveWatch(SafeHandle file, int watch);

    [LibraryImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(SafeHandle file, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(SafeHandle file, long* value, nuint length);
}
