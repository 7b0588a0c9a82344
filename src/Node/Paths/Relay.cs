using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Paths;

/// <summary>
/// A path that is carried for others: two pipes under one lease. Locks: its own, the table's, a
/// pipe's, a link's.
/// </summary>
internal sealed class Relay
{
    private const int Directions = 2;
    private readonly Lock _gate = new();
    private readonly Effect.RelayPath _asked;
    private readonly Link _from;
    private readonly Link _to;
    private readonly Ledger _ledger;
    private Ledger.Passage[] _passages = [];
    private readonly Answer _answer;
    private readonly Lease _lease;
    private readonly Pipe _down;
    private readonly Pipe _up;
    private readonly Action<Input> _post;
    private State _state = State.Asking;
    private int _said;
    private bool _answers;

    /// <param name="post">Takes inputs from any thread, under locks: it must not wait.</param>
    internal Relay(
        Effect.RelayPath asked,
        Link from,
        Link to,
        BlockPool pool,
        RelayTap? tap,
        Ledger ledger,
        Action<Input> post
    )
    {
        (_asked, _from, _to, _ledger, _post) = (asked, from, to, ledger, post);
        _answer = from.BeginAnswer(asked.Stream);
        _lease = new Lease(
            asked.Lease,
            () => ThreadPool.UnsafeQueueUserWorkItem(_ => Report(), null)
        );
        _down = new Pipe(pool, _lease, tap, (isWhole, code) => Over(_down!, isWhole, code), Said);
        _up = new Pipe(pool, _lease, tap, (isWhole, code) => Over(_up!, isWhole, code), Said);
        // Until it is joined nothing else says that the asker has left.
        _answer.Watch(_ => { }, () => End(ResetCode.Failed));
    }

    private enum State
    {
        Asking,
        Joined,
        Over,
    }

    /// <summary>It carries nothing any more, or never did.</summary>
    internal Action<Relay> Left { get; init; } = _ => { };

    internal Effect.RelayPath Asked => _asked;

    /// <summary>What it asked the next hop on.</summary>
    internal StreamId Stream { get; private set; }

    internal PathSeen Seen =>
        new(
            PathRole.Relayed,
            _state == State.Joined,
            new PseudonymId(new(_asked.Request.Pseudonym.Span)),
            _from.Friend,
            _to.Friend,
            null,
            new(_up.Meter.Total, _up.Meter.Rate),
            new(_down.Meter.Total, _down.Meter.Rate)
        )
        {
            Number = _asked.Relay.Value,
        };

    /// <summary>Both ways.</summary>
    private long Moved => _down.Meter.Total + _up.Meter.Total;

    /// <summary>Asks the next hop; stream 0: it is gone.</summary>
    internal StreamId Ask() => Stream = _down.Open(_to, new Request { Path = _asked.Request });

    /// <summary>The next hop accepted: asks the asker in turn, and lets bytes through.</summary>
    internal void Join(Link to, StreamId stream, UpRequest accepted)
    {
        var answer = to.BeginAnswer(stream);
        lock (_gate)
        {
            if (_state != State.Asking)
            {
                answer.Reset(ResetCode.NotFound);
                return;
            }

            _state = State.Joined;
            // Both are friends' links: a path has no next hop.
            _passages =
            [
                _ledger.Begin(_from.Friend ?? default, LedgerKind.AtItsRequest, () => Moved),
                _ledger.Begin(_to.Friend ?? default, LedgerKind.TowardsIt, () => Moved),
            ];
            _up.Start(answer, () => End(ResetCode.Failed));
            var up = new UpRequest { Stream = _asked.Stream.Value, Hello = accepted.Hello };
            if (_up.Open(_from, new Request { Up = up }) != default)
            {
                _answers = true;
                _down.Start(_answer, () => End(ResetCode.Failed));
                _post(new Input.RelayJoined(_asked.Relay));
                return;
            }
        }

        End(ResetCode.Failed);
    }

    internal void Allow(long bytes)
    {
        _lease.Add(bytes);
        _down.Grant();
        _up.Grant();
    }

    /// <summary>Ends it; or only the hop that was asked, before any is joined.</summary>
    internal void Stop(ResetCode code)
    {
        lock (_gate)
        {
            if (_state == State.Asking)
            {
                Refuse(code);
                return;
            }
        }

        End(code);
    }

    /// <summary>Ends it for both sides; nothing where it is over.</summary>
    internal void End(ResetCode code)
    {
        lock (_gate)
        {
            if (_state == State.Over)
            {
                return;
            }

            _state = State.Over;
            _down.Reset(code);
            _up.Reset(code);
            if (!_answers)
            {
                _answer.Reset(code);
            }
        }

        Leave();
    }

    private void Over(Pipe pipe, bool isWhole, ResetCode? code)
    {
        lock (_gate)
        {
            switch (_state)
            {
                case State.Asking when !isWhole:
                    Refuse(code ?? ResetCode.Failed);
                    return;
                case State.Joined when isWhole:
                    pipe.End();
                    return;
            }
        }

        End(ResetCode.Failed);
    }

    /// <summary>Under the lock: the asker still waits, as there may be another way.</summary>
    private void Refuse(ResetCode code)
    {
        _state = State.Over;
        _down.Reset(ResetCode.Cancelled);
        _post(new Input.RelayRefused(_asked.Relay, code));
        Left(this);
    }

    /// <summary>One direction has passed all on, and its end.</summary>
    private void Said()
    {
        lock (_gate)
        {
            if (_state == State.Over || ++_said < Directions)
            {
                return;
            }

            _state = State.Over;
        }

        Leave();
    }

    private void Leave()
    {
        foreach (var passage in _passages)
        {
            passage.End();
        }

        _post(new Input.RelayEnded(_asked.Relay, Moved));
        Left(this);
    }

    private void Report() => _post(new Input.Relayed(_asked.Relay, Moved));
}
