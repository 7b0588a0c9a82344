using System.Net;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Friendship;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Links;

/// <summary>How far one try at one address got.</summary>
public enum DialResult
{
    /// <summary>A link.</summary>
    Linked,

    /// <summary>No connection: refused, unreachable, no such name, no answer to it.</summary>
    Unreachable,

    /// <summary>A connection, and silence: not the friend's port, or a stranger to it.</summary>
    Silent,

    /// <summary>Given up: linked meanwhile, or stopping.</summary>
    GivenUp,
}

/// <summary>One try at one address, for people.</summary>
/// <param name="Why">A clause: "refused", "did not answer within 10 s".</param>
public sealed record DialAttempt(string Address, Instant At, DialResult Result, string Why);

/// <summary>A connection on which the handshake is complete.</summary>
internal sealed record Shaken(
    BlockingSocket Socket,
    HandshakeOutcome Outcome,
    ReadOnlyMemory<byte> Early
) : IDisposable
{
    /// <summary>When no link becomes of it.</summary>
    public void Dispose()
    {
        Outcome.Dispose();
        Socket.Dispose();
    }
}

/// <summary>
/// One address after the other: resolve, connect, shake hands; every wait bounded.
/// </summary>
internal sealed class DialRound(OurSide our, StopSignal stop, TimeSpan answerTime)
{
    private const int PlacesPerNameMax = 4;
    private const int TimedOut = 110;
    private const int HandshakeBufferBytes = 16 * 1024;
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(Limits.ConnectSeconds);
    private readonly List<DialAttempt> _attempts = [];

    internal IReadOnlyList<DialAttempt> Attempts => _attempts;

    /// <param name="begin">Makes a fresh handshake; null: give up.</param>
    internal Shaken? Try(string address, Func<DialerHandshake?> begin)
    {
        if (!HostPort.TryParse(address, out var place))
        {
            Note(address, DialResult.Unreachable, "is no host:port");
            return null;
        }

        foreach (var remote in Resolve(place))
        {
            if (TryOne(address, remote, begin) is { } shaken)
            {
                return shaken;
            }
        }

        return null;
    }

    /// <summary>Notes that nothing more is tried.</summary>
    internal void GiveUp(string address, string why) => Note(address, DialResult.GivenUp, why);

    private IEnumerable<IPEndPoint> Resolve(HostPort place)
    {
        if (place.Ip is { } ip)
        {
            return [new IPEndPoint(ip, place.Port)];
        }

        try
        {
            var asked = Dns.GetHostAddressesAsync(place.Host);
            if (asked.Wait(ConnectTime))
            {
                return asked
                    .Result.Take(PlacesPerNameMax)
                    .Select(found => new IPEndPoint(found, place.Port));
            }

            Note(place.ToString(), DialResult.Unreachable, "the name was not resolved in time");
        }
        catch (AggregateException)
        {
            Note(place.ToString(), DialResult.Unreachable, "there is no such name");
        }

        return [];
    }

    private Shaken? TryOne(string address, IPEndPoint remote, Func<DialerHandshake?> begin)
    {
        var socket = BlockingSocket.Connect(remote, ConnectTime, stop, out var error);
        if (socket is null)
        {
            var why =
                error == TimedOut
                    ? $"no connection within {Limits.ConnectSeconds} s"
                    : System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error);
            Note(address, DialResult.Unreachable, why);
            return null;
        }

        using var handshake = begin();
        if (handshake is null)
        {
            GiveUp(address, "not a friend any more");
        }
        else if (Shake(handshake, socket, out var early))
        {
            Note(address, DialResult.Linked, "linked");
            return new Shaken(socket, handshake.TakeOutcome(), early);
        }
        else if (stop.IsSet)
        {
            GiveUp(address, "stopping");
        }
        else
        {
            Note(
                address,
                DialResult.Silent,
                $"connected, but it did not answer within {answerTime.TotalSeconds:0} s"
            );
        }

        socket.Dispose();
        return null;
    }

    private bool Shake(
        DialerHandshake handshake,
        BlockingSocket socket,
        out ReadOnlyMemory<byte> early
    )
    {
        early = default;
        var until = Environment.TickCount64 + (long)answerTime.TotalMilliseconds;
        var buffer = new byte[HandshakeBufferBytes];
        if (!socket.Send(handshake.Hello.Span))
        {
            return false;
        }

        while (true)
        {
            var left = TimeSpan.FromMilliseconds(until - Environment.TickCount64);
            if (left <= TimeSpan.Zero || !socket.WaitReadable(left, stop))
            {
                return false;
            }

            var count = socket.Receive(buffer, now: true);
            if (count == 0)
            {
                return false;
            }

            var bytes = buffer.AsSpan(0, Math.Max(count, 0));
            switch (handshake.Handle(bytes, out var used))
            {
                case HandshakeStatus.Complete:
                    early = bytes[used..].ToArray();
                    return true;
                case HandshakeStatus.Junk:
                    return false;
            }
        }
    }

    private void Note(string address, DialResult result, string why) =>
        _attempts.Add(new DialAttempt(address, our.Now(), result, why));
}
