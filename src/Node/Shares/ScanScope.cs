namespace FriendNet.Node.Shares;

/// <summary>
/// What the workers of one scan share: where, when to stop, and the bytes counted.
/// </summary>
internal sealed class ScanScope(string root, long settleNs, CancellationToken cancel)
{
    private long _bytesHashed;

    internal string Root { get; } = root;

    /// <summary>A file modified this recently is left for later: someone is writing it.</summary>
    internal long SettleNs { get; } = settleNs;

    internal CancellationToken Cancel { get; } = cancel;

    internal long BytesHashed => Interlocked.Read(ref _bytesHashed);

    internal static long NowNs() =>
        (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    internal void AddHashed(long bytes) => Interlocked.Add(ref _bytesHashed, bytes);
}
