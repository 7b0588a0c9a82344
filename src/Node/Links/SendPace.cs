namespace FriendNet.Node.Links;

/// <summary>
/// How much goes to the wire at once: what it takes in a few milliseconds, as the last calls
/// showed. A message waits for what was handed over before it, here and in the kernel.
/// </summary>
public sealed class SendPace(int bytesMax)
{
    /// <summary>Less costs more calls than it saves time.</summary>
    public const int BytesMin = 16 * 1024;

    private const double Seconds = 0.005;
    private const double Kept = 0.9;
    private readonly int _bytesMax = bytesMax;
    private double _bytes;
    private double _seconds;

    public int Bytes { get; private set; } = bytesMax;

    /// <summary>One call took so long.</summary>
    /// <returns>Whether <see cref="Bytes"/> is another by half or more.</returns>
    public bool Sent(int bytes, TimeSpan took)
    {
        _bytes = (_bytes * Kept) + bytes;
        _seconds = (_seconds * Kept) + Math.Max(took.TotalSeconds, 1e-6);
        var wanted = (int)Math.Clamp(_bytes / _seconds * Seconds, BytesMin, _bytesMax);
        var isOther = wanted > Bytes * 1.5 || wanted < Bytes / 1.5 || wanted == _bytesMax;
        if (!isOther || wanted == Bytes)
        {
            return false;
        }

        Bytes = wanted;
        return true;
    }
}
