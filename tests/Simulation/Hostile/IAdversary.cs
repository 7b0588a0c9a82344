using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Wires;

namespace FriendNet.Simulation.Hostile;

/// <summary>Stands between a node and its links, and changes what comes and goes.</summary>
internal interface IAdversary
{
    /// <summary>Whether what comes is nothing to the engine behind; then what to send back.
    /// </summary>
    bool Takes(LinkId link, Message message, out Message? answer);

    /// <summary>The same of a question, which it answers itself or not at all.</summary>
    bool Takes(IWorldWire wire, StreamId stream, Request request);

    /// <summary>What goes out instead of an answer; null: nothing.</summary>
    IReadOnlyList<Piece>? Answer(IReadOnlyList<Piece> pieces);

    /// <summary>What of a path is passed on instead; null: nothing.</summary>
    ReadOnlyMemory<byte>? Relay(ReadOnlyMemory<byte> bytes);

    Message Send(LinkId link, Message message);
}
