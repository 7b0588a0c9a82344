namespace FriendNet.Simulation.Nodes;

/// <summary>Bytes that a relay may still grant, in both directions together.</summary>
/// <param name="halfUsed">Called once whenever half of what was given is used.</param>
internal sealed class Lease(long bytes, Action halfUsed)
{
    private long _left = bytes;
    private long _given = bytes;
    private bool _isTold;

    /// <summary>Takes as much of it as there is.</summary>
    internal int Take(int wanted)
    {
        var taken = (int)Math.Min(wanted, _left);
        _left -= taken;
        if (!_isTold && _left <= _given / 2)
        {
            _isTold = true;
            halfUsed();
        }

        return taken;
    }

    internal void Add(long more)
    {
        _left += more;
        _given = Math.Max(_left, 1);
        _isTold = false;
    }
}
