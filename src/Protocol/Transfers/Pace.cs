namespace FriendNet.Protocol.Transfers;

/// <summary>How quick a link proved to be: bytes a second, and the least time to an answer.
/// </summary>
internal sealed class Pace
{
    /// <summary>A better rate is believed at once; a worse one little by little.</summary>
    private const double Kept = 0.75;

    /// <summary>What is assumed of a link not measured yet.</summary>
    private const double UnknownSeconds = 1;

    private (double Seconds, long Bytes) _least = (double.MaxValue, 0);
    private bool _isOld;

    /// <summary>0: not measured yet.</summary>
    internal double BytesPerSecond { get; private set; }

    /// <summary>The least time to an answer, without what its bytes take at this rate.</summary>
    internal double DelaySeconds =>
        IsKnown ? Math.Max(0, _least.Seconds - (_least.Bytes / BytesPerSecond)) : _least.Seconds;

    internal bool IsKnown => BytesPerSecond > 0;

    /// <summary>That many bytes came within the time of one fetch.</summary>
    internal void Learn(long bytes, double seconds)
    {
        BytesPerSecond = Math.Max(bytes / seconds, _isOld ? 0 : BytesPerSecond * Kept);
        _isOld = false;
    }

    /// <summary>A fetch of so many bytes took so long.</summary>
    internal void LearnDelay(double seconds, long bytes)
    {
        if (_isOld || seconds < _least.Seconds)
            _least = (seconds, bytes);
    }

    /// <summary>It was idle: what it proves next counts, not what it was.</summary>
    internal void Doubt() => _isOld = true;

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
