using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Running;

/// <summary>
/// So many log lines at once, then one in so many seconds; counts what it refuses.
/// </summary>
internal sealed class LineBudget(int linesAtOnce, int secondsPerLine, Instant now)
{
    private readonly TokenBucket _seconds = new(1, (long)linesAtOnce * secondsPerLine, now);
    private int _refused;

    /// <param name="refused">How many were refused since the last that was not.</param>
    internal bool TryTake(Instant at, out int refused)
    {
        refused = _refused;
        if (_seconds.Available(at) < secondsPerLine)
        {
            _refused++;
            return false;
        }

        _seconds.Charge(secondsPerLine, at);
        _refused = 0;
        return true;
    }
}
