using FriendNet.Node.Linux;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Links;

/// <summary>
/// What a handshake leaves to its link, which owns wire and keys from here on.
/// </summary>
/// <param name="Friend">Null: a path, at whose other end is no friend.</param>
/// <param name="Early">Records that came with the end of the handshake.</param>
/// <param name="Confirmed">Called once, when the first authentic record came.</param>
/// <param name="Opened">What the engine is told when the link runs.</param>
/// <param name="Carrier">Of a path: the friend over whose link it comes.</param>
internal sealed record LinkStart(
    FriendId? Friend,
    bool Dialed,
    string Address,
    IWire Wire,
    LinkKeys Keys,
    ReadOnlyMemory<byte> Early,
    Action? Confirmed,
    Func<LinkId, Input> Opened,
    FriendId? Carrier = null
)
{
    /// <summary>Of a friend, over a socket.</summary>
    internal static LinkStart Of(
        FriendId friend,
        bool dialed,
        string address,
        BlockingSocket socket,
        LinkKeys keys,
        ReadOnlyMemory<byte> early,
        Action? confirmed
    ) =>
        new(
            friend,
            dialed,
            address,
            new SocketWire(socket),
            keys,
            early,
            confirmed,
            link => new Input.LinkOpened(link, friend, dialed, address)
        );
}

/// <summary>What all links of a node share.</summary>
/// <param name="Post">Takes inputs for the engine; may wait while its channel is full.</param>
internal sealed record LinkSetting(
    LinkTable Table,
    Func<Instant> Now,
    Action<Input> Post,
    bool IsPadded,
    Uploads Uploads
);
