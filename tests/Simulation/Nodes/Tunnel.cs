using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Wires;

namespace FriendNet.Simulation.Nodes;

/// <summary>
/// The end of a path, as what carries a link: the answer to one request is what comes, the answer
/// to the other's is what goes.
/// </summary>
internal sealed class Tunnel(SimNode node, IWorldWire via) : ICarrier
{
    private readonly PathWindow _window = new(Limits.PathWindowBytes, Limits.PathWindowBytes);
    private IFlow? _out;
    private SealedWire? _inner;
    private int _unsent;
    public bool HasRoom => !IsOver && _unsent < Limits.PathWindowBytes;

    /// <summary>Told if it is refused or lost before a link runs over it.</summary>
    internal Action<ResetCode> Refused { get; init; } = _ => { };

    internal IWorldWire Via => via;

    /// <summary>The stream of what comes.</summary>
    internal StreamId Asked { get; private set; }

    internal bool IsOver { get; private set; }

    /// <summary>Asks for what comes; null: the link is full.</summary>
    internal StreamId? Ask(Request request)
    {
        var stream = via.Ask(request, Over, Came, Limits.PathWindowBytes);
        Asked = stream ?? default;
        return stream;
    }

    /// <summary>Answers with what goes.</summary>
    internal void Answer(StreamId stream) => _out = via.Begin(stream, Left, Lost);

    /// <summary>From here on it carries that link.</summary>
    internal void Carry(SealedWire inner) => _inner = inner;

    /// <summary>Memory is gone: nobody hears of it.</summary>
    internal void Drop() => IsOver = true;

    /// <summary>It calls when something has left.</summary>
    public void Want() { }

    public void Send(FrameType type, ReadOnlyMemory<byte> record)
    {
        if (IsOver)
            return;
        _unsent += record.Length;
        _out!.Put(record);
    }

    public void End(bool tell)
    {
        if (IsOver)
            return;
        IsOver = true;
        if (tell)
            _out?.End();
        else
            _out?.Reset(ResetCode.Failed);
        via.Cancel(Asked);
    }

    private void Came(Piece piece)
    {
        if (IsOver)
            return;
        _inner?.Receive(piece.Bytes);
        _window.Left(piece.Bytes.Length);
        if (_window.Owed is not (> 0 and var owed) || IsOver)
            return;
        _window.Granted(owed);
        via.Grant(Asked, owed);
    }

    private void Left(int bytes)
    {
        _unsent -= bytes;
        _inner?.Pump();
    }

    private void Over(Outcome outcome)
    {
        if (_inner is null && !IsOver)
        {
            IsOver = true;
            Refused(outcome.Code);
            return;
        }

        Lost();
    }

    private void Lost()
    {
        if (!IsOver && _inner is { } inner)
            node.Lose(inner.Id, "the path is lost", tell: false);
    }
}
