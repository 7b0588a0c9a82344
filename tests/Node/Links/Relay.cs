using System.Net;
using System.Net.Sockets;

namespace FriendNet.Tests.Node.Links;

/// <summary>What does not get through a <see cref="Relay"/>, with all that follows.</summary>
public enum CutAt
{
    /// <summary>All gets through until it is cut.</summary>
    Never,

    Hello,
    HalfOfTheHello,
    Answer,
    HalfOfTheAnswer,

    /// <summary>What the dialer says after the answer.</summary>
    FirstRecord,
}

/// <summary>Passes one connection on to a node, keeps its hello, and can cut it.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CutAt _cutAt;
    private readonly Task _done;
    private Socket? _near;
    private Socket? _far;

    internal Relay(string target, CutAt cutAt = CutAt.Never)
    {
        _cutAt = cutAt;
        _listener.Start();
        _done = RunAsync(IPEndPoint.Parse(target));
    }

    internal string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>What the dialer said before it heard anything.</summary>
    internal byte[] FirstSaid { get; private set; } = [];

    /// <summary>As when a machine dies: both ends get a reset.</summary>
    internal void Cut()
    {
        foreach (var socket in new[] { _near, _far })
        {
            try
            {
                socket?.LingerState = new LingerOption(true, 0);
                socket?.Dispose();
            }
            catch (ObjectDisposedException)
            {
                // Cut before.
            }
        }
    }

    public void Dispose()
    {
        Cut();
        _listener.Dispose();
        _done.Wait(Side.Patience);
    }

    private async Task RunAsync(IPEndPoint target)
    {
        try
        {
            _near = await _listener.AcceptSocketAsync();
            _far = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await _far.ConnectAsync(target);
            await Task.WhenAll(PassAsync(_near, _far, isDialer: true), PassAsync(_far, _near));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool isDialer = false)
    {
        var buffer = new byte[64 * 1024];
        int count;
        for (var piece = 0; (count = await from.ReceiveAsync(buffer)) > 0; piece++)
        {
            if (isDialer && piece == 0)
            {
                FirstSaid = buffer[..count];
            }

            var passed = Passed(count, piece, isDialer);
            await to.SendAsync(buffer.AsMemory(0, passed));
            if (passed < count)
            {
                Cut();
                return;
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Hello and answer are sent, and so come over loopback, in one piece each.</summary>
    private int Passed(int count, int piece, bool isDialer) =>
        (_cutAt, isDialer, piece) switch
        {
            (CutAt.Hello, true, 0) or (CutAt.Answer, false, 0) => 0,
            (CutAt.HalfOfTheHello, true, 0) or (CutAt.HalfOfTheAnswer, false, 0) => count / 2,
            (CutAt.FirstRecord, true, 1) => 0,
            _ => count,
        };
}
