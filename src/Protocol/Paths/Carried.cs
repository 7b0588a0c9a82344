using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Paths;

/// <summary>One path that we carry, or try to.</summary>
internal sealed class Carried(
    RelayId id,
    LinkId from,
    FriendId friend,
    StreamId stream,
    PathRequest request,
    Queue<Route> ways
)
{
    internal RelayId Id => id;

    internal LinkId From => from;

    internal FriendId Friend => friend;

    internal StreamId Stream => stream;

    internal PathRequest Request => request;

    /// <summary>Those not tried yet.</summary>
    internal Queue<Route> Ways => ways;

    /// <summary>The next hop; null: none was asked.</summary>
    internal LinkId? To { get; set; }

    /// <summary>When that hop was asked, or bytes were last heard to have passed.</summary>
    internal Instant Since { get; set; }

    internal bool IsJoined { get; set; }

    /// <summary>Who asked for it is a friend no more: it gets nothing, and owes only all.
    /// </summary>
    internal bool IsOrphan { get; set; }

    /// <summary>It makes room, and counts no more.</summary>
    internal bool IsLeaving { get; set; }

    /// <summary>Bytes taken from the budgets, and bytes that passed.</summary>
    internal long Charged { get; set; }

    internal long Moved { get; set; }
}
