using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Holdings;

/// <summary>A friend's link: what we seek of it, what it seeks of us and was told.</summary>
internal sealed class Neighbour(LinkId link, FriendId friend)
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(
        Limits.HoldFoldMilliseconds / 2
    );
    private static readonly TimeSpan Burst = Limits.HoldsBurstMax * Apart;

    internal LinkId Link => link;

    internal FriendId Friend => friend;

    /// <summary>What it was told that we seek, in the order of the tags.</summary>
    internal IReadOnlyList<ContentId> Sought { get; set; } = [];

    internal byte[] SoughtNonce { get; set; } = [];

    /// <summary>The name of that list.</summary>
    internal ulong SoughtName { get; set; }

    /// <summary>When what it said would be all, had it been no quicker than agreed.</summary>
    private Instant HoldsFrom { get; set; }

    /// <summary>Whether it has not said more, of late, than who keeps the rules would.</summary>
    internal bool TryHear(Instant now)
    {
        if (HoldsFrom > now + Burst)
            return false;
        HoldsFrom = (HoldsFrom > now ? HoldsFrom : now) + Apart;
        return true;
    }

    internal bool MustSeek { get; set; } = true;

    internal Instant SeekFrom { get; set; }

    /// <summary>The last that it seeks, not looked at yet.</summary>
    internal Seeks? Unread { get; set; }

    internal Instant ReadFrom { get; set; }

    /// <summary>The last that was looked at, its tags by value.</summary>
    internal Seeks? Seeks { get; set; }

    internal Dictionary<ulong, uint> Tags { get; } = [];

    /// <summary>What of it we hold: by which tag, and which of its runs it was told.</summary>
    internal Dictionary<Holding, (uint Tag, RunBits Told)> Told { get; } = [];
}
