namespace FriendNet.Node.Linux;

/// <summary>How much a thread yields to others; on Linux each thread has its own value.</summary>
internal static class ThreadNice
{
    private const int OfProcessOrThread = 0;
    private const int Nice = 10;

    /// <summary>The calling thread comes after others from now on; if not, it just goes on.
    /// </summary>
    internal static void Lower() => _ = Libc.SetPriority(OfProcessOrThread, Libc.ThreadId(), Nice);
}
