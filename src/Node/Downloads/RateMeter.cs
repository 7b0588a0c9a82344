namespace FriendNet.Node.Downloads;

/// <summary>
/// Bytes a second over the last five whole seconds. Not for two threads at once.
/// </summary>
internal sealed class RateMeter
{
    private const int Seconds = 5;
    private readonly long[] _bytes = new long[Seconds + 1];
    private long _second;

    internal void Add(long bytes, long milliseconds)
    {
        Forward(milliseconds / 1000);
        _bytes[_second % _bytes.Length] += bytes;
    }

    internal long BytesPerSecond(long milliseconds)
    {
        Forward(milliseconds / 1000);
        var sum = 0L;
        for (var i = 0; i < _bytes.Length; i++)
        {
            if (i != _second % _bytes.Length)
                sum += _bytes[i];
        }

        return sum / Seconds;
    }

    private void Forward(long second)
    {
        for (var i = 0; _second < second && i < _bytes.Length; i++)
        {
            _second = Math.Max(_second + 1, second - _bytes.Length + 1);
            _bytes[_second % _bytes.Length] = 0;
        }
    }
}
