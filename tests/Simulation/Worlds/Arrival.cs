namespace FriendNet.Simulation.Worlds;

/// <summary>What may happen to a node.</summary>
internal enum ArrivalKind : byte
{
    /// <summary>The scenario does something with the node.</summary>
    Script,

    /// <summary>Its engine's deadline is reached.</summary>
    Tick,

    /// <summary>An input of the node's own: its workers finished.</summary>
    Own,

    /// <summary>A piece of an answer has left.</summary>
    Sent,

    /// <summary>A dial reached the node.</summary>
    Dial,

    /// <summary>The dialed node answered.</summary>
    Accepted,

    /// <summary>The dialed node is not there.</summary>
    Refused,

    /// <summary>Time to look whether a link is silent.</summary>
    Keepalive,

    // From here on it is bytes that came on a link.
    Ping,

    Pong,

    /// <summary>The other end closed the link.</summary>
    Closed,

    // From here on the world is not quiet.
    Message,

    Request,

    /// <summary>A piece of an answer.</summary>
    Answer,

    /// <summary>A request was refused.</summary>
    Reset,

    /// <summary>The asker gave its request up.</summary>
    Cancel,

    /// <summary>More of an answer may come.</summary>
    Credit,

    /// <summary>A record of a sealed link.</summary>
    Record,
}

/// <summary>
/// Something that happens to a node at a moment. Ordered by time, node, link and the sender's
/// count on that link: by nothing that depends on how a world is run.
/// </summary>
/// <param name="At">Microseconds of world time.</param>
/// <param name="Link">0: none.</param>
/// <param name="Bytes">On the wire.</param>
/// <param name="Number">The stream, or the peer of a dial.</param>
internal readonly record struct Arrival(
    long At,
    int Node,
    long Link,
    int Order,
    ArrivalKind Kind,
    int Bytes,
    uint Number,
    object? Body
)
{
    internal bool Before(in Arrival other)
    {
        if (At != other.At)
            return At < other.At;
        if (Node != other.Node)
            return Node < other.Node;
        if (Link != other.Link)
            return Link < other.Link;
        return Order != other.Order ? Order < other.Order : Kind < other.Kind;
    }
}
