namespace FriendNet.Node.Paths;

/// <summary>
/// Bytes that a relay may still grant, in both directions together. The engine adds to it, told
/// once whenever half of what it gave is used.
/// </summary>
/// <param name="halfUsed">Called outside all locks but the caller's; must not block.</param>
internal sealed class Lease(long bytes, Action halfUsed)
{
    private readonly Lock _gate = new();
    private long _left = bytes;
    private long _given = bytes;
    private bool _isTold;

    /// <summary>Takes as much of it as there is.</summary>
    internal int Take(int wanted)
    {
        int taken;
        bool tells;
        lock (_gate)
        {
            taken = (int)Math.Min(wanted, _left);
            _left -= taken;
            tells = !_isTold && _left <= _given / 2;
            _isTold |= tells;
        }

        if (tells)
        {
            halfUsed();
        }

        return taken;
    }

    internal void Add(long more)
    {
        lock (_gate)
        {
            _left += more;
            _given = Math.Max(_left, 1);
            _isTold = false;
        }
    }
}
