namespace FriendNet.Protocol.Ids;

/// <summary>
/// A moment as microseconds since the Unix epoch; never runs backwards within one run.
/// </summary>
public readonly record struct Instant(long Microseconds) : IComparable<Instant>
{
    public static Instant operator +(Instant left, TimeSpan right) => left.Add(right);

    public static TimeSpan operator -(Instant left, Instant right) => left.Subtract(right);

    /// <summary>Null: none of them is set.</summary>
    public static Instant? Earliest(params ReadOnlySpan<Instant?> moments)
    {
        Instant? first = null;
        foreach (var moment in moments)
            first = first < moment || moment is null ? first : moment;
        return first;
    }

    public static bool operator <(Instant left, Instant right) =>
        left.Microseconds < right.Microseconds;

    public static bool operator >(Instant left, Instant right) =>
        left.Microseconds > right.Microseconds;

    public static bool operator <=(Instant left, Instant right) =>
        left.Microseconds <= right.Microseconds;

    public static bool operator >=(Instant left, Instant right) =>
        left.Microseconds >= right.Microseconds;

    public Instant Add(TimeSpan span) =>
        new(Microseconds + (span.Ticks / TimeSpan.TicksPerMicrosecond));

    public TimeSpan Subtract(Instant other) =>
        TimeSpan.FromTicks((Microseconds - other.Microseconds) * TimeSpan.TicksPerMicrosecond);

    public int CompareTo(Instant other) => Microseconds.CompareTo(other.Microseconds);
}
