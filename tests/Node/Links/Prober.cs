using System.Net;
using System.Net.Sockets;

namespace FriendNet.Tests.Node.Links;

/// <summary>
/// A stranger with many connections: it says what it is given, fast or a piece at a time, and
/// counts what it hears. One thread.
/// </summary>
internal sealed class Prober(IPEndPoint gate, int seed, Func<Random, byte[]> payload) : IDisposable
{
    private const int HeldMax = 60;
    private readonly Random _random = new(seed);
    private readonly List<Held> _held = [];
    private readonly byte[] _buffer = new byte[4096];

    internal long Heard { get; private set; }

    internal long Said { get; private set; }

    internal void Probe()
    {
        if (_held.Count == HeldMax)
        {
            Leave(_held[_random.Next(HeldMax)]);
        }

        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        // One of many addresses, or the gate would have 4 of these at a time.
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)_random.Next(1, 250)]), 0));
        socket.Connect(gate);
        var held = new Held(socket, payload(_random), _random.Next(4) == 0);
        _held.Add(held);
        Say(held, held.IsSlow ? 1 : held.Left);
        Say(_held[_random.Next(_held.Count)], _random.Next(1, 200));
    }

    public void Dispose()
    {
        while (_held.Count > 0)
        {
            Leave(_held[^1]);
        }
    }

    private void Say(Held held, int bytes)
    {
        var count = Math.Min(bytes, held.Left);
        if (count == 0)
        {
            return;
        }

        try
        {
            held.Socket.Send(held.Bytes, held.Said, count, SocketFlags.None);
            held.Said += count;
            Said += count;
        }
        catch (SocketException)
        {
            // The house was full and this one the oldest.
            held.Said = held.Bytes.Length;
        }
    }

    private void Leave(Held held)
    {
        _held.Remove(held);
        Listen(held.Socket);
        switch (_random.Next(3))
        {
            case 0:
                held.Socket.LingerState = new LingerOption(true, 0);
                break;
            case 1:
                TryShutdown(held.Socket);
                Listen(held.Socket);
                break;
        }

        held.Socket.Dispose();
    }

    private void Listen(Socket socket)
    {
        try
        {
            while (socket.Poll(0, SelectMode.SelectRead))
            {
                var count = socket.Receive(_buffer);
                Heard += count;
                if (count == 0)
                {
                    return;
                }
            }
        }
        catch (SocketException)
        {
            // Dropped with what it had said unread.
        }
    }

    private static void TryShutdown(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Dropped before.
        }
    }

    private sealed class Held(Socket socket, byte[] bytes, bool isSlow)
    {
        internal Socket Socket { get; } = socket;

        internal byte[] Bytes { get; } = bytes;

        internal bool IsSlow { get; } = isSlow;

        internal int Said { get; set; }

        internal int Left => Bytes.Length - Said;
    }
}
