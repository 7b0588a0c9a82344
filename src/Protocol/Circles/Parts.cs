using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// A large catalog that is asked of several friends at once, each for some of its groups. A group
/// is never asked of two.
/// </summary>
/// <param name="sponsor">Whose quota it is promised, and will be charged.</param>
/// <param name="isFresh">Nothing of it is held, so all of it must come.</param>
internal sealed class Parts(SignedHead head, Neighbour sponsor, bool isFresh)
{
    internal SignedHead Head { get; } = head;

    internal Neighbour Sponsor { get; } = sponsor;

    /// <summary>In whose queue it stands, or who is being asked.</summary>
    internal HashSet<Neighbour> Tellers { get; } = [];

    /// <summary>Groups that are neither here nor under way.</summary>
    internal uint Left { get; private set; } = PartNodes.All;

    /// <summary>
    /// What is held may be most of it: then the first answer, which has all nodes, says how much
    /// there is to share.
    /// </summary>
    internal bool WantsTeller =>
        Left != 0 && Tellers.Count < (_isBegun ? Limits.CirclePartTellersMax : 1);

    /// <summary>Entries that one is asked for at once, about.</summary>
    internal long ShareEntries =>
        Math.Clamp(
            Entries / Limits.CirclePartTellersMax,
            Limits.CirclePartEntries,
            Limits.CircleAskEntriesMax
        );

    private long Entries => Head.Head.Content.Entries;

    private bool _isBegun = isFresh;
    private uint _underWay;

    /// <summary>Groups to ask the next one for; at least one.</summary>
    internal uint Take()
    {
        var groups = 0u;
        var most = Math.Max(1, ShareEntries * TreeHash.Fanout / Entries);
        for (var group = 1u; group <= PartNodes.All && most > 0; group <<= 1)
        {
            if ((Left & group) == 0)
                continue;
            groups |= group;
            most--;
        }

        Left &= ~groups;
        _underWay |= groups;
        return groups;
    }

    /// <summary>Of what was asked for all is here; so much of the whole is not.</summary>
    internal void Come(uint groups, uint left)
    {
        _isBegun = true;
        _underWay &= ~groups;
        Left = left & ~_underWay;
    }

    /// <summary>It was asked for, and not all of it came.</summary>
    internal void Return(uint groups)
    {
        _underWay &= ~groups;
        Left |= groups;
    }
}
