using System.Diagnostics;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Running;

/// <summary>
/// Wall time at start, carried on by the monotonic clock: it never runs backwards.
/// </summary>
public sealed class SystemClock
{
    private readonly long _startMicroseconds =
        (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private readonly long _startStamp = Stopwatch.GetTimestamp();

    public Instant Now() => new Instant(_startMicroseconds) + Stopwatch.GetElapsedTime(_startStamp);
}
