using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;

namespace FriendNet.Simulation.Wires;

/// <summary>An answer that comes up piece by piece on a counted wire: a frame for each.</summary>
internal sealed class CountedFlow(CountedWire wire, uint stream, long credit) : ISending, IFlow
{
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = [];
    private ReadOnlyMemory<byte> _first;
    private long _credit = credit;
    private int _leaving;
    private bool _isEnding;

    public bool IsInTurn { get; set; }

    public bool IsReady =>
        !IsOver && (_waiting.Count > 0 || !_first.IsEmpty ? _credit > 0 : _isEnding);

    internal bool IsOver { get; set; }

    /// <summary>Who is told; of a relay another one may be, as long as nothing was put.</summary>
    internal Action<int> HasLeft { get; set; } = _ => { };

    internal Action Gone { get; set; } = () => { };

    public void Put(ReadOnlyMemory<byte> bytes)
    {
        if (IsOver || bytes.IsEmpty)
            return;
        _waiting.Enqueue(bytes);
        wire.Ready(this);
    }

    public void End()
    {
        _isEnding = true;
        wire.Ready(this);
    }

    public void Reset(ResetCode code) => wire.Refuse(new(stream), code);

    internal void Grant(int bytes)
    {
        _credit += bytes;
        wire.Ready(this);
    }

    public bool Deliver()
    {
        if (_first.IsEmpty && !_waiting.TryDequeue(out _first))
        {
            IsOver = true;
            wire.Deliver(stream, new Portion(Piece.Data(default), IsLast: true), RecordCost.End);
            return true;
        }

        var count = (int)Math.Min(_first.Length, Math.Min(_credit, Limits.FrameBodyBytesMax));
        var (piece, bytes) = (Piece.Data(_first[..count]), RecordSealer.SealedBytes(count));
        (_first, _leaving) = (_first[count..], count);
        _credit -= count;
        wire.Deliver(stream, new Portion(piece, IsLast: false), bytes);
        return true;
    }

    public void Left()
    {
        var left = _leaving;
        _leaving = 0;
        if (!IsOver && left > 0)
            HasLeft(left);
    }
}
