using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Paths;

/// <summary>
/// One direction through a relay: from a stream of one link through a ring to an answer on
/// another. No thread of its own: the reader fills it, the writer empties it.
/// </summary>
internal sealed class Pipe
{
    private readonly object _gate = new();
    private readonly Intake _intake;
    private readonly Outflow _outflow;

    /// <param name="over">Outside all locks: what comes in has ended (true) or is lost.</param>
    /// <param name="said">On another thread: all has gone out, and the end of it.</param>
    internal Pipe(
        BlockPool pool,
        Lease lease,
        RelayTap? tap,
        Action<bool, ResetCode?> over,
        Action said
    )
    {
        var ring = new Ring(pool);
        _outflow = new Outflow(_gate, ring, bytes => _intake!.Left(bytes)) { Said = said };
        _intake = new Intake(_gate, ring, lease, tap) { Moved = _outflow.Pump, Over = over };
    }

    /// <inheritdoc cref="Intake.Meter"/>
    internal ByteMeter Meter => _intake.Meter;

    internal StreamId Open(Link link, Request request) => _intake.Open(link, request);

    internal void Start(Answer answer, Action gone) => _outflow.Start(answer, gone);

    /// <summary>The lease has grown.</summary>
    internal void Grant()
    {
        lock (_gate)
        {
            _intake.Grant();
        }
    }

    internal void End()
    {
        lock (_gate)
        {
            _outflow.End();
        }
    }

    internal void Reset(ResetCode code)
    {
        lock (_gate)
        {
            _intake.Cancel();
            _outflow.Reset(code);
        }
    }
}
