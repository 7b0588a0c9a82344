using System.Runtime.InteropServices;

namespace FriendNet.Node.Linux;

/// <summary>Asks a process of ours to end; .NET itself can only kill.</summary>
public static partial class Signals
{
    private const int Terminate = 15;

    /// <summary>False where there is no such process.</summary>
    public static bool AskToEnd(int pid) => Kill(pid, Terminate) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
