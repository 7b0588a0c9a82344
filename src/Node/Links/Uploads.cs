using FriendNet.Node.Blocks;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Links;

/// <summary>
/// The limits on what this node sends, as the writers of its links meet them. One thread gives
/// out what has become due; without a limit there is none, and a frame costs one look.
/// </summary>
public sealed class Uploads : IDisposable
{
    private readonly object _gate = new();
    private readonly Func<Instant> _now;
    private readonly UploadTurns _turns;
    private readonly Dictionary<UploadTurn, Action> _wakes = [];
    private readonly List<UploadTurn> _given = [];
    private Thread? _thread;

    /// <summary>When the thread wakes by itself; null: not before it is waked.</summary>
    private Instant? _wakesAt;
    private bool _isOver;

    public Uploads(Func<Instant> now)
    {
        _now = now;
        _turns = new UploadTurns(now());
    }

    /// <summary>Bytes that limited links sent.</summary>
    public long Charged
    {
        get
        {
            lock (_gate)
            {
                return _turns.Charged;
            }
        }
    }

    /// <summary>Other limits hold from now on.</summary>
    public void Set(Rates rates)
    {
        lock (_gate)
        {
            _turns.Set(rates, _now());
            if (_thread is null && !_isOver && rates.IsLimited)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "uploads" };
                _thread.Start();
            }

            foreach (var wake in _wakes.Values)
            {
                wake();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }

        _thread?.Join();
    }

    /// <param name="friend">Null: a path, whose bytes are counted where they leave.</param>
    /// <param name="wake">Called under a lock: it must not wait.</param>
    internal Upload Open(FriendId? friend, Action wake)
    {
        if (friend is not { } known)
        {
            return new Upload(this, null);
        }

        lock (_gate)
        {
            var turn = _turns.Add(known, _now());
            _wakes.Add(turn, wake);
            return new Upload(this, turn);
        }
    }

    internal void Close(UploadTurn turn)
    {
        lock (_gate)
        {
            _wakes.Remove(turn);
            _turns.Remove(turn, _now());
        }
    }

    internal void Charge(UploadTurn turn, int bytes)
    {
        lock (_gate)
        {
            _turns.Charge(turn, bytes, _now());
        }
    }

    /// <summary>What waits there for a piece; null: nothing.</summary>
    internal void Want(UploadTurn turn, SendClass? held)
    {
        lock (_gate)
        {
            if (held is null)
            {
                _turns.Return(turn, _now());
                return;
            }

            _turns.Want(turn, held != SendClass.Relayed);
            Give();
            if (_turns.Deadline(_now()) is { } due && !(_wakesAt <= due))
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    private void Give()
    {
        _given.Clear();
        _turns.Give(_now(), _given);
        foreach (var turn in _given)
        {
            _wakes[turn]();
        }
    }

    private void Run()
    {
        lock (_gate)
        {
            while (!_isOver)
            {
                Give();
                _wakesAt = _turns.Deadline(_now());
                var left = _wakesAt - _now();
                var milliseconds = left is { } some ? Math.Ceiling(some.TotalMilliseconds) : -1;
                Monitor.Wait(_gate, (int)Math.Clamp(milliseconds, -1, int.MaxValue));
            }
        }
    }
}

/// <summary>One link's part in <see cref="Uploads"/>, for its writer thread.</summary>
internal sealed class Upload(Uploads uploads, UploadTurn? turn) : IDisposable
{
    // Less would be records with hardly anything in them.
    private const int LeftMin = 1024;
    private static readonly int RecordBytes =
        RecordSealer.SealedBytes(Limits.FrameBodyBytesMax) - Limits.FrameBodyBytesMax;

    /// <summary>See <see cref="SendQueue{TBlock}.TryPoll"/>.</summary>
    internal int HeldBytesMax =>
        turn is null || turn.IsFree ? int.MaxValue
        : turn.Left is var left && left >= LeftMin ? left - RecordBytes
        : 0;

    public void Dispose()
    {
        if (turn is not null)
        {
            uploads.Close(turn);
        }
    }

    /// <summary>That frame goes out.</summary>
    internal void Charge(in OutgoingFrame<Block> frame)
    {
        if (turn is null || turn.IsFree)
        {
            return;
        }

        var bytes = RecordSealer.SealedBytes(frame.Header.BodyBytes);
        if (frame.IsHeld)
        {
            turn.Use(bytes);
        }
        else
        {
            uploads.Charge(turn, bytes);
        }
    }

    /// <summary>
    /// Nothing can go now, but this may wait for the limit. True: it may go by now. False: it
    /// will be waked.
    /// </summary>
    internal bool TryWant(SendClass? held)
    {
        if (turn is null || turn.IsFree)
        {
            return false;
        }

        uploads.Want(turn, held);
        return held is not null && HeldBytesMax > 0;
    }
}
