using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Nodes;

namespace FriendNet.Simulation.Wires;

/// <summary>A line between two nodes: records leave one by one, in turn with other links.</summary>
internal sealed class LineCarrier(SimNode node, LinkId id, int peer) : ICarrier, ISending
{
    private SealedWire? _wire;
    private int _sent;
    private bool _wants;
    private bool _isOver;

    public bool HasRoom { get; private set; }

    public bool IsInTurn { get; set; }

    public bool IsReady => _wants && !_isOver;

    internal void Carry(SealedWire wire) => _wire = wire;

    public void Want()
    {
        _wants = true;
        node.Uplink.Ready(this);
    }

    public bool Deliver()
    {
        (_wants, HasRoom) = (false, true);
        var before = _sent;
        _wire!.Pump();
        HasRoom = false;
        return _sent > before;
    }

    public void Left() { }

    public void Send(FrameType type, ReadOnlyMemory<byte> record)
    {
        HasRoom = false;
        node.Line.Carry(peer, type, id.Value, ++_sent, record);
    }

    public void End(bool tell) => _isOver = true;
}
