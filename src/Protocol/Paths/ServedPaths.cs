using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Paths;

/// <summary>Paths that end here: how many, and over which friends.</summary>
public sealed class ServedPaths
{
    private readonly Dictionary<LinkId, int> _byFriend = [];
    private readonly Dictionary<LinkId, LinkId> _open = [];
    private readonly Dictionary<LinkId, TokenBucket> _leaves = [];
    private int _count;

    /// <summary>Whether at that link's other end is somebody of the circle.</summary>
    public bool IsServed(LinkId link) => _open.ContainsKey(link);

    /// <summary>False: too many are open.</summary>
    public bool TryBegin(LinkId via)
    {
        var ofFriend = _byFriend.GetValueOrDefault(via);
        if (_count >= Limits.PathsServedMax || ofFriend >= Limits.PathsServedPerFriendMax)
        {
            return false;
        }

        _byFriend[via] = ofFriend + 1;
        _count++;
        return true;
    }

    /// <summary>
    /// Counts a question for the leaves of a run; false: no served path, or too many of late. An
    /// honest asker has one for each run that was corrupt, and then asks elsewhere.
    /// </summary>
    public bool TryCountLeaves(LinkId link, Instant now)
    {
        if (!IsServed(link))
        {
            return false;
        }

        if (!_leaves.TryGetValue(link, out var leaves))
        {
            leaves = new TokenBucket(Limits.PathLeavesPerSecond, Limits.PathLeavesBurst, now);
            _leaves.Add(link, leaves);
        }

        var isFree = leaves.Available(now) > 0;
        leaves.Charge(isFree ? 1 : 0, now);
        return isFree;
    }

    /// <param name="link">Null: it did not come about.</param>
    public void HandleServed(LinkId? link, LinkId via)
    {
        if (link is { } open)
        {
            _open.Add(open, via);
        }
        else
        {
            End(via);
        }
    }

    /// <summary>A link is gone; nothing if no path ended there.</summary>
    public void HandleClosed(LinkId link)
    {
        if (_open.Remove(link, out var via))
        {
            _leaves.Remove(link);
            End(via);
        }
    }

    private void End(LinkId via)
    {
        _count--;
        if (--_byFriend[via] == 0)
        {
            _byFriend.Remove(via);
        }
    }
}
