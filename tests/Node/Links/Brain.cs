using FriendNet.Node.Links;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Node.Storage;

namespace FriendNet.Tests.Node.Links;

/// <summary>
/// The engine's part in links: one thread that feeds Friends and does what it wants.
/// </summary>
internal sealed class Brain : IDisposable
{
    private static readonly object Pulse = new();
    private readonly Side _side;
    private readonly Queue<Effect> _effects = new();
    private readonly Friends _friends;
    private readonly Lock _gate = new();
    private readonly Thread _thread;
    private volatile bool _stops;

    internal Brain(Side side)
    {
        _side = side;
        _friends = new Friends(side.Id, Entropy.Instance, _effects);
        _thread = new Thread(Run);
        _thread.Start();
    }

    internal void Meet(Side other) => Meet(other, [other.Address]);

    internal void Meet(Side other, string[] addresses) =>
        Do(now => _friends.HandleKnown(other.Id, addresses, now));

    internal void Forget(Side other) => Do(now => _friends.HandleRemoved(other.Id, now));

    /// <summary>The link that this side uses.</summary>
    internal Link? LinkTo(Side other)
    {
        lock (_gate)
        {
            return _friends.LinkOf(other.Id) is { } id ? _side.Our.Links.Find(id) : null;
        }
    }

    /// <summary>Waits until something that a brain did makes it true.</summary>
    internal bool Until(Func<bool> condition)
    {
        var until = Environment.TickCount64 + (long)Side.Patience.TotalMilliseconds;
        lock (Pulse)
        {
            while (!condition())
            {
                var left = until - Environment.TickCount64;
                if (left <= 0 || !Monitor.Wait(Pulse, (int)left))
                {
                    return condition();
                }
            }
        }

        return true;
    }

    public void Dispose()
    {
        _stops = true;
        _thread.Join();
    }

    private void Do(Action<Instant> command)
    {
        lock (_gate)
        {
            command(_side.Now());
            CarryOut();
        }
    }

    private void Run()
    {
        while (!_stops)
        {
            var input = _side.TryNext(Wait());
            lock (_gate)
            {
                Handle(input, _side.Now());
                _friends.Poll(_side.Now());
                CarryOut();
            }

            lock (Pulse)
            {
                Monitor.PulseAll(Pulse);
            }
        }
    }

    private TimeSpan Wait()
    {
        lock (_gate)
        {
            var left = _friends.Deadline - _side.Now() ?? TimeSpan.FromMilliseconds(50);
            return TimeSpan.FromMilliseconds(Math.Clamp(left.TotalMilliseconds, 0, 50));
        }
    }

    private void Handle(Input? input, Instant now)
    {
        switch (input)
        {
            case Input.LinkOpened opened:
                _friends.HandleLinkOpened(opened, now, out _);
                break;
            case Input.LinkClosed closed:
                _friends.HandleLinkClosed(closed.Link, now);
                break;
            case Input.DialFailed failed:
                _friends.HandleDialFailed(failed.Friend, now);
                break;
        }
    }

    private void CarryOut()
    {
        while (_effects.TryDequeue(out var effect))
        {
            switch (effect)
            {
                case Effect.Dial dial:
                    _side.Dialer.Dial(dial.Friend, dial.Addresses);
                    break;
                case Effect.CloseLink close:
                    _side.Our.Links.Find(close.Link)?.Close(close.Code);
                    break;
                case Effect.Send send:
                    _side.Our.Links.Find(send.Link)?.Send(send.Message);
                    break;
            }
        }
    }
}
