using System.Diagnostics;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Running;

/// <summary>
/// Wall time that never runs backwards: carried on by the monotonic clock, and set forward when
/// the wall clock jumps ahead (time arrived from the network, or the machine slept).
/// </summary>
public sealed class SystemClock
{
    /// <summary>A slewed clock drifts by less; each step fires what was due in between.</summary>
    private const long JumpMicroseconds = 2_000_000;

    private readonly Func<DateTimeOffset> _wall;
    private readonly Func<TimeSpan> _elapsed;
    private long _base;

    public SystemClock()
        : this(() => DateTimeOffset.UtcNow, SinceNow()) { }

    /// <param name="elapsed">Never runs backwards, whatever the wall clock does.</param>
    public SystemClock(Func<DateTimeOffset> wall, Func<TimeSpan> elapsed)
    {
        (_wall, _elapsed) = (wall, elapsed);
        _base = WallMicroseconds() - ElapsedMicroseconds();
    }

    /// <summary>Any thread.</summary>
    public Instant Now()
    {
        var elapsed = ElapsedMicroseconds();
        var known = Volatile.Read(ref _base);
        var ahead = WallMicroseconds() - (known + elapsed);
        if (ahead < JumpMicroseconds)
        {
            return new(known + elapsed);
        }

        // Where two threads see the jump, the first one's word stands.
        Interlocked.CompareExchange(ref _base, known + ahead, known);
        return new(Volatile.Read(ref _base) + elapsed);
    }

    private static Func<TimeSpan> SinceNow()
    {
        var start = Stopwatch.GetTimestamp();
        return () => Stopwatch.GetElapsedTime(start);
    }

    private long WallMicroseconds() =>
        (_wall() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private long ElapsedMicroseconds() => _elapsed().Ticks / TimeSpan.TicksPerMicrosecond;
}
