using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Wires;

/// <summary>What carries the records of a sealed wire: a line between two nodes, or a path.
/// </summary>
internal interface ICarrier
{
    /// <summary>Whether it takes one record more.</summary>
    bool HasRoom { get; }

    /// <summary>There may be more to send: the wire's Pump is called when there is room.</summary>
    void Want();

    /// <summary>Keeps the memory; of the end of a link also without room.</summary>
    void Send(FrameType type, ReadOnlyMemory<byte> record);

    /// <summary>Nothing more goes either way; the other end is told, or finds out.</summary>
    void End(bool tell);
}
