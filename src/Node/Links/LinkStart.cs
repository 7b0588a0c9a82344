using FriendNet.Node.Linux;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Links;

/// <summary>
/// What a handshake leaves to its link, which owns socket and keys from here on.
/// </summary>
/// <param name="Early">Records that came with the end of the handshake.</param>
/// <param name="Confirmed">Called once, when the first authentic record came.</param>
internal sealed record LinkStart(
    FriendId Friend,
    bool Dialed,
    string Address,
    BlockingSocket Socket,
    LinkKeys Keys,
    ReadOnlyMemory<byte> Early,
    Action? Confirmed
);

/// <summary>What all links of a node share.</summary>
/// <param name="Post">Takes inputs for the engine; may wait while its channel is full.</param>
internal sealed record LinkSetting(
    LinkTable Table,
    Func<Instant> Now,
    Action<Input> Post,
    bool IsPadded
);
