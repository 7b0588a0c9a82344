using System.Net;
using System.Net.Sockets;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Links;

/// <summary>
/// Where connections come in. One thread serves all strangers; to none of them is a byte said.
/// Who proves to be a friend, or redeems an invitation, becomes a link with threads of its own.
/// </summary>
public sealed class Gate : IDisposable
{
    private const int Backlog = 1024;
    private const int AcceptsAtOnce = 64;
    private const int ReadPauseMs = 20;
    private const int AcceptPauseMs = 200;
    private const int WaitMsMax = 60_000;
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(5);

    private readonly Admission _admission;
    private readonly Action<string> _warn;
    private readonly List<Socket> _listeners;

    private readonly Strangers _strangers;
    private readonly StopSignal _stop = new();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly Thread _thread;
    private SocketCalls.PollEntry[] _entries = [];
    private GateStatus _status = new(0, 0, 0, 0, 0, 0);
    private long _acceptAt;
    private long _accepted;
    private long _bytes;
    private long _admitted;

    private Gate(List<Socket> listeners, OurSide our, GateLimits limits)
    {
        _listeners = listeners;
        _strangers = new Strangers(limits);
        _admission = new Admission(our);
        _warn = our.Warn;
        Listening = [.. listeners.Select(listener => (IPEndPoint)listener.LocalEndPoint!)];
        _thread = new Thread(Run) { IsBackground = true, Name = "gate" };
        _thread.Start();
    }

    /// <summary>With the ports that the system chose where 0 was asked for.</summary>
    public IReadOnlyList<IPEndPoint> Listening { get; }

    public GateStatus Status => Volatile.Read(ref _status);

    /// <summary>Null and a sentence where one of the places cannot be listened on.</summary>
    /// <param name="places">The wildcard of IPv6 takes IPv4, too.</param>
    public static Gate? TryOpen(
        IReadOnlyList<IPEndPoint> places,
        OurSide our,
        GateLimits limits,
        out string? sentence
    )
    {
        sentence = null;
        var listeners = new List<Socket>();
        foreach (var place in places)
        {
            try
            {
                listeners.Add(Listen(place));
            }
            catch (SocketException e)
            {
                sentence =
                    e.SocketErrorCode == SocketError.AddressAlreadyInUse
                        ? $"{place} is in use by another program: choose another port by --listen."
                        : $"{place} cannot be listened on: {e.Message}.";
                listeners.ForEach(listener => listener.Dispose());
                return null;
            }
        }

        return new Gate(listeners, our, limits);
    }

    /// <summary>No one comes in any more; strangers are dropped, links stay.</summary>
    public void Dispose()
    {
        _stop.Set();
        if (_thread.Join(StopTime))
        {
            _stop.Dispose();
        }
    }

    private static Socket Listen(IPEndPoint place)
    {
        var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (place.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(place);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private void Run()
    {
        while (!_stop.IsSet)
        {
            var now = Environment.TickCount64;
            _strangers.Expire(now);
            var count = Wait(now);
            now = Environment.TickCount64;
            for (var i = count - 1; i > _listeners.Count; i--)
            {
                // Backwards, so that taking one out of the list moves none that is still to come.
                if (_entries[i].Ready != 0)
                {
                    Read(_strangers[i - _listeners.Count - 1], now);
                }
            }

            for (var i = 0; i < _listeners.Count; i++)
            {
                if (_entries[i + 1].Ready != 0)
                {
                    Accept(_listeners[i], now);
                }
            }

            Report();
        }

        _strangers.CloseAll();
        _listeners.ForEach(listener => listener.Dispose());
    }

    /// <summary>
    /// Entry 0 is the stop, then the listeners, then the strangers in their order.
    /// </summary>
    private unsafe int Wait(long now)
    {
        var count = 1 + _listeners.Count + _strangers.Count;
        if (_entries.Length < count)
        {
            _entries = new SocketCalls.PollEntry[count * 2];
        }

        var until = now + WaitMsMax;
        Watch(0, _stop.File, 0, now, ref until);
        for (var i = 0; i < _listeners.Count; i++)
        {
            var file = (int)_listeners[i].SafeHandle.DangerousGetHandle();
            Watch(1 + i, file, _acceptAt, now, ref until);
        }

        for (var i = 0; i < _strangers.Count; i++)
        {
            var stranger = _strangers[i];
            until = Math.Min(until, stranger.Deadline);
            Watch(1 + _listeners.Count + i, stranger.Socket.File, stranger.ReadAt, now, ref until);
        }

        fixed (SocketCalls.PollEntry* entries = _entries)
        {
            var milliseconds = (int)Math.Max(0, until - now);
            return SocketCalls.Poll(entries, (nuint)count, milliseconds) > 0 ? count : 0;
        }
    }

    /// <summary>poll(2) passes over negative files.</summary>
    private void Watch(int entry, int file, long from, long now, ref long until)
    {
        _entries[entry] = new SocketCalls.PollEntry
        {
            File = from <= now ? file : -1,
            Wanted = SocketCalls.PollIn,
        };
        until = from > now ? Math.Min(until, from) : until;
    }

    private void Accept(Socket listener, long now)
    {
        try
        {
            for (var i = 0; i < AcceptsAtOnce && listener.Poll(0, SelectMode.SelectRead); i++)
            {
                var socket = new BlockingSocket(listener.Accept());
                _strangers.Add(socket, _admission.NewHandshake(), now);
                _accepted++;
            }
        }
        catch (SocketException e)
        {
            // Out of files or memory, or the peer is gone: the rest of the node goes on, and one
            // file less is in use.
            _warn($"A connection could not be accepted: {e.Message}.");
            _acceptAt = now + AcceptPauseMs;
            _strangers.DropOldest();
        }
    }

    private void Read(Stranger stranger, long now)
    {
        var count = stranger.Socket.Receive(_buffer, now: true);
        if (count == 0)
        {
            _strangers.Close(stranger);
            return;
        }

        if (count < 0)
        {
            return;
        }

        _bytes += count;
        stranger.ReadAt = now + ReadPauseMs;
        if (stranger.Handshake is not { } handshake)
        {
            return;
        }

        switch (handshake.Handle(_buffer.AsSpan(0, count)))
        {
            case HandshakeStatus.NeedMore:
                break;
            case HandshakeStatus.Proposed when _admission.TryAdmit(handshake, stranger.Socket):
                _strangers.Release(stranger);
                _admitted++;
                break;
            default:
                _strangers.Discard(stranger);
                break;
        }
    }

    private void Report() =>
        Volatile.Write(
            ref _status,
            new GateStatus(
                _accepted,
                _bytes,
                _strangers.Junk,
                _strangers.Dropped,
                _admitted,
                _strangers.Count
            )
        );
}
