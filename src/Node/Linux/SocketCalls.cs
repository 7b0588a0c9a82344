using System.Runtime.InteropServices;

namespace FriendNet.Node.Linux;

/// <summary>Calls on sockets, named and shaped as in section 2 of the manual.</summary>
internal static unsafe partial class SocketCalls
{
    internal const int DontWait = 0x40;
    internal const int NoSignal = 0x4000;
    internal const int SetFlags = 4;
    internal const int GetFlags = 3;
    internal const int NonBlocking = 0x800;
    internal const short PollIn = 1;
    internal const short PollOut = 4;

    /// <summary>EFD_CLOEXEC | EFD_NONBLOCK.</summary>
    internal const int EventFlags = 0x80000 | 0x800;

    internal const int Interrupted = 4;
    internal const int TryAgain = 11;
    internal const int InProgress = 115;

    private const string Name = "libc";

    [LibraryImport(Name, EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint Receive(SafeHandle socket, byte* buffer, nint size, int flags);

    [LibraryImport(Name, EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint Send(SafeHandle socket, byte* buffer, nint size, int flags);

    [LibraryImport(Name, EntryPoint = "connect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Connect(SafeHandle socket, byte* address, uint size);

    [LibraryImport(Name, EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Control(SafeHandle file, int command, nint argument);

    [LibraryImport(Name, EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport(Name, EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int EventFile(uint initial, int flags);

    [LibraryImport(Name, EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint Write(SafeHandle file, byte* buffer, nint size);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        internal int File;
        internal short Wanted;
        internal short Ready;
    }
}
