using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Wires;

/// <summary>Something that goes out in pieces, of which one at a time is on the line.</summary>
internal interface ISending
{
    /// <summary>It waits for its turn; kept by the uplink.</summary>
    bool IsInTurn { get; set; }

    /// <summary>Whether there is a piece that may go now.</summary>
    bool IsReady { get; }

    /// <summary>Puts the next piece on the line; false: there was none after all.</summary>
    bool Deliver();

    /// <summary>That piece has left.</summary>
    void Left();
}

/// <summary>
/// Answers of one node on their way out: a piece of each in turn, as links share a line. What is
/// given up is not sent.
/// </summary>
internal sealed class Uplink(SimNode node)
{
    private readonly Queue<ISending> _turns = [];
    private ISending? _leaving;

    /// <summary>It may have a piece to send.</summary>
    internal void Ready(ISending sending)
    {
        Enqueue(sending);
        Next();
    }

    internal void Clear()
    {
        foreach (var sending in _turns)
            sending.IsInTurn = false;
        _turns.Clear();
        _leaving = null;
    }

    /// <summary>A piece has left.</summary>
    internal void HandleSent()
    {
        var sent = _leaving;
        _leaving = null;
        sent?.Left();
        Next();
    }

    private void Enqueue(ISending sending)
    {
        if (sending.IsInTurn || !sending.IsReady)
            return;
        sending.IsInTurn = true;
        _turns.Enqueue(sending);
    }

    private void Next()
    {
        while (_leaving is null && _turns.TryDequeue(out var sending))
        {
            sending.IsInTurn = false;
            if (!sending.IsReady)
                continue;
            _leaving = sending;
            if (!sending.Deliver())
            {
                _leaving = null;
                continue;
            }

            node.Later(node.Line.AnswersFreeAt, ArrivalKind.Sent, 0, null);
            Enqueue(sending);
        }
    }
}
