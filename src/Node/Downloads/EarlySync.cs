namespace FriendNet.Node.Downloads;

/// <summary>
/// Syncs every 16 MiB what is being written: while a disk flushes it takes nothing else, and
/// little by little that is hidden behind what is still to be checked. Any thread.
/// </summary>
public sealed class EarlySync
{
    private const int SyncBytes = 16 * 1024 * 1024;
    private long _unsynced;
    private int _syncing;

    /// <summary>Calls <paramref name="sync"/> if it is due; what that throws goes on.</summary>
    public void Wrote(int bytes, Action sync)
    {
        var isDue = Interlocked.Add(ref _unsynced, bytes) >= SyncBytes;
        // One at a time: a slow disk is asked less often.
        if (!isDue || Interlocked.Exchange(ref _syncing, 1) != 0)
            return;
        try
        {
            Interlocked.Exchange(ref _unsynced, 0);
            sync();
        }
        finally
        {
            Volatile.Write(ref _syncing, 0);
        }
    }
}
