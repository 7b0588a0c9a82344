using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Checks;
using FriendNet.Simulation.Wires;

namespace FriendNet.Simulation.Nodes;

/// <summary>A path that is carried for others: two directions under one lease.</summary>
internal sealed class RelayedPath
{
    private const int Directions = 2;
    private readonly SimNode _node;
    private readonly Effect.RelayPath _asked;
    private readonly IWorldWire _from;
    private readonly IWorldWire _to;
    private readonly Lease _lease;
    private readonly Passage _down;
    private readonly Passage _up;
    private State _state = State.Asking;
    private int _said;

    internal RelayedPath(SimNode node, Effect.RelayPath asked, IWorldWire from, IWorldWire to)
    {
        (_node, _asked, _from, _to) = (node, asked, from, to);
        _lease = new Lease(asked.Lease, () => node.Take(new Input.Relayed(asked.Relay, Moved)));
        _down = new Passage(node, _lease) { Came = _ => Came!(this) };
        _up = new Passage(node, _lease) { Came = _ => Came!(this) };
        // Until it is joined nothing else says that the asker has left.
        _down.Answer(from, asked.Stream, () => End(ResetCode.Failed));
    }

    private enum State
    {
        Asking,
        Joined,
        Over,
    }

    /// <summary>It carries nothing any more, or never did.</summary>
    internal required Action<RelayedPath> Gone { get; init; }

    /// <summary>Something came, either way.</summary>
    internal required Action<RelayedPath> Came { get; init; }

    /// <summary>Bytes that may pass, both ways, those that passed included.</summary>
    internal long Allowed { get; private set; } = RelayWatch.FirstBytes;

    internal Effect.RelayPath Asked => _asked;

    /// <summary>The friend that asked for it.</summary>
    internal int For => _from.Peer;

    /// <summary>What it asked the next hop on; null: that link is full.</summary>
    internal StreamId? Stream { get; private set; }

    internal long Moved => _down.Moved + _up.Moved;

    internal StreamId? Ask() =>
        Stream = _down.Ask(
            _to,
            new Request { Path = _asked.Request },
            (isWhole, code) => Over(_down, isWhole, code)
        );

    /// <summary>The next hop accepted: asks the asker in turn, and lets bytes through.</summary>
    internal void Join(IWorldWire to, StreamId stream, UpRequest accepted)
    {
        if (_state != State.Asking)
        {
            to.Refuse(stream, ResetCode.NotFound);
            return;
        }

        _state = State.Joined;
        _up.Answer(to, stream, () => End(ResetCode.Failed));
        var up = new UpRequest { Stream = _asked.Stream.Value, Hello = accepted.Hello };
        var asked = _up.Ask(_from, new Request { Up = up }, (whole, c) => Over(_up, whole, c));
        if (asked is null)
            End(ResetCode.Failed);
        else
            _node.Take(new Input.RelayJoined(_asked.Relay));
    }

    internal void Allow(long bytes)
    {
        Allowed += bytes;
        _lease.Add(bytes);
        _down.Grant();
        _up.Grant();
    }

    /// <summary>Ends it; or only the hop that was asked, before any is joined.</summary>
    internal void Stop(ResetCode code)
    {
        if (_state == State.Asking)
            Refuse(code);
        else
            End(code);
    }

    /// <summary>Memory is gone: nobody hears of it.</summary>
    internal void Drop()
    {
        _state = State.Over;
        _down.Drop();
        _up.Drop();
    }

    private void Over(Passage passage, bool isWhole, ResetCode code)
    {
        if (_state == State.Asking && !isWhole)
        {
            Refuse(code);
        }
        else if (_state != State.Joined || !isWhole)
        {
            End(ResetCode.Failed);
        }
        else
        {
            passage.End();
            if (++_said == Directions)
                Leave();
        }
    }

    // The asker still waits, as there may be another way.
    private void Refuse(ResetCode code)
    {
        _state = State.Over;
        _down.Cancel();
        Gone(this);
        _node.Take(new Input.RelayRefused(_asked.Relay, code));
    }

    private void End(ResetCode code)
    {
        if (_state == State.Over)
            return;
        Leave();
        _down.Reset(code);
        _up.Reset(code);
    }

    private void Leave()
    {
        _state = State.Over;
        Gone(this);
        _node.Take(new Input.RelayEnded(_asked.Relay, Moved));
    }
}
