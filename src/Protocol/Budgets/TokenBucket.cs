using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Budgets;

/// <summary>
/// So many bytes (or whatever is counted) a second, at most a burst at once. A debt is paid
/// before more is given.
/// </summary>
/// <param name="bytesPerSecond">Null: no limit.</param>
public sealed class TokenBucket(long? bytesPerSecond, long burstBytes, Instant now)
{
    private const double MicrosecondsInSecond = 1_000_000;
    private double _tokens = burstBytes;
    private Instant _at = now;

    /// <summary>Whether nothing is ever given.</summary>
    public bool IsShut => bytesPerSecond == 0;

    /// <summary>What may be used now; negative: a debt.</summary>
    public long Available(Instant now)
    {
        if (bytesPerSecond is not { } rate)
            return long.MaxValue;
        if (now > _at)
        {
            var more = (now.Microseconds - _at.Microseconds) / MicrosecondsInSecond * rate;
            _tokens = Math.Min(burstBytes, _tokens + more);
            _at = now;
        }

        return (long)Math.Floor(_tokens);
    }

    /// <summary>May go below zero; what is given back counts up to a burst.</summary>
    /// <param name="bytes">Below zero: given back.</param>
    public void Charge(long bytes, Instant now)
    {
        _ = Available(now);
        _tokens = Math.Min(burstBytes, _tokens - bytes);
    }

    /// <summary>When so much is there; far off with a rate of 0.</summary>
    public Instant When(long bytes, Instant now)
    {
        if (Available(now) >= bytes || bytesPerSecond is not { } rate)
            return now;
        var missing = Math.Min(bytes, burstBytes) - _tokens;
        var seconds = rate > 0 ? Math.Min(missing / rate, int.MaxValue) : int.MaxValue;
        return new Instant(now.Microseconds + (long)Math.Ceiling(seconds * MicrosecondsInSecond));
    }
}
