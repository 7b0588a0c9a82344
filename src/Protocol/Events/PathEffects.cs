using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Events;

public abstract partial record Effect
{
    /// <summary>Ask for a path; answer PathOpened or PathFailed.</summary>
    /// <param name="Hops">Relays that may follow the first.</param>
    public sealed record OpenPath(
        PathId Path,
        LinkId Via,
        PseudonymId Target,
        Hash256 PathKey,
        int Hops
    ) : Effect;

    /// <summary>Give a path up that is being opened; nothing is to be answered.</summary>
    public sealed record ClosePath(PathId Path) : Effect;

    /// <summary>
    /// Pass the path on to the next hop; answer RelayJoined or RelayRefused, then RelayEnded.
    /// </summary>
    /// <param name="Request">As it is to be sent.</param>
    /// <param name="Lease">Bytes that may be granted beyond the first windows.</param>
    public sealed record RelayPath(
        RelayId Relay,
        LinkId From,
        StreamId Stream,
        LinkId To,
        PathRequest Request,
        long Lease
    ) : Effect;

    /// <summary>So many more bytes may be granted.</summary>
    public sealed record RelayAllow(RelayId Relay, long Bytes) : Effect;

    /// <summary>
    /// End it for both sides, answering RelayEnded; one that is not joined gives up the hop that
    /// it asked, answering RelayRefused.
    /// </summary>
    public sealed record EndRelay(RelayId Relay, ResetCode Code) : Effect;

    /// <summary>The path leads to us: answer its handshake; then PathServed.</summary>
    public sealed record ServePath(LinkId Link, StreamId Stream, PathRequest Request) : Effect;

    /// <summary>A path that was passed on, or asked for by us, is accepted.</summary>
    public sealed record JoinPath(LinkId Link, StreamId Stream, UpRequest Request) : Effect;
}
