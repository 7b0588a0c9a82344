namespace FriendNet.Protocol.Transfers;

/// <summary>How quick a link proved to be: bytes a second, and the least time to an answer.
/// </summary>
internal sealed class Pace
{
    /// <summary>A better rate is believed at once; a worse one little by little.</summary>
    private const double Kept = 0.9;

    /// <summary>What is assumed of a link not measured yet.</summary>
    private const double UnknownSeconds = 1;

    /// <summary>0: not measured yet.</summary>
    internal double BytesPerSecond { get; private set; }

    internal double DelaySeconds { get; private set; } = double.MaxValue;

    internal bool IsKnown => BytesPerSecond > 0;

    /// <summary>That many bytes came within the time of one fetch.</summary>
    internal void Learn(long bytes, double seconds)
    {
        BytesPerSecond = Math.Max(bytes / seconds, BytesPerSecond * Kept);
    }

    /// <summary>A fetch took so long.</summary>
    internal void LearnDelay(double seconds) => DelaySeconds = Math.Min(DelaySeconds, seconds);

    /// <summary>So many bytes did not come within that time.</summary>
    internal void LearnLate(long bytes, double seconds)
    {
        var most = bytes / Math.Max(seconds, 1e-3);
        if (!IsKnown || most < BytesPerSecond)
            BytesPerSecond = Math.Max(1, most);
    }

    /// <summary>What it takes to bring so many bytes.</summary>
    internal double SecondsFor(long bytes) => IsKnown ? bytes / BytesPerSecond : UnknownSeconds;
}
