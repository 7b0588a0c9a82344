using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Events;

public abstract partial record Input
{
    /// <summary>A path of ours leads to whom it should; it is a link now.</summary>
    public sealed record PathOpened(PathId Path, LinkId Link) : Input;

    /// <summary>A path of ours did not come about.</summary>
    public sealed record PathFailed(PathId Path, string Why) : Input;

    /// <summary>Somebody's path ends here, answering <see cref="Effect.ServePath"/>.</summary>
    /// <param name="Link">Null: it did not come about.</param>
    /// <param name="Via">The friend's link that it came over.</param>
    public sealed record PathServed(LinkId? Link, LinkId Via) : Input;

    /// <summary>The far side accepted a path that we relay.</summary>
    public sealed record RelayJoined(RelayId Relay) : Input;

    /// <summary>The next hop does not go on; the asker still waits.</summary>
    public sealed record RelayRefused(RelayId Relay, ResetCode Code) : Input;

    /// <summary>So many bytes passed in all so far; half of a lease is used.</summary>
    public sealed record Relayed(RelayId Relay, long Bytes) : Input;

    /// <summary>A path that we relayed is over; so many bytes passed in all.</summary>
    public sealed record RelayEnded(RelayId Relay, long Bytes) : Input;
}
