using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FriendNet.Node.Linux;

/// <summary>
/// A connected TCP socket whose calls block in the kernel. The framework's own socket is not
/// used after it was made: one asynchronous call makes it non-blocking for good, and every byte
/// that comes then wakes a thread of the framework.
/// </summary>
internal sealed unsafe class BlockingSocket : IDisposable
{
    private const int TcpLevel = 6;
    private const int NotSentLowAt = 25;
    private const int SocketLevel = 1;
    private const int SendTimeout = 21;
    private readonly Socket _socket;
    private readonly SafeSocketHandle _handle;

    /// <param name="socket">Connected, never used asynchronously; owned from here on.</param>
    internal BlockingSocket(Socket socket)
    {
        _socket = socket;
        _handle = socket.SafeHandle;
        Remote = socket.RemoteEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        if (Remote.Address.IsIPv4MappedToIPv6)
        {
            Remote = new IPEndPoint(Remote.Address.MapToIPv4(), Remote.Port);
        }

        SetBlocking(_handle, isBlocking: true);
    }

    internal IPEndPoint Remote { get; }

    internal int File => (int)_handle.DangerousGetHandle();

    /// <summary>
    /// Null and an errno where there is no connection in time, or the stop came.
    /// </summary>
    internal static BlockingSocket? Connect(
        IPEndPoint remote,
        TimeSpan timeout,
        StopSignal stop,
        out int error
    )
    {
        Socket socket;
        try
        {
            socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        }
        catch (SocketException e)
        {
            // Too many files are open, or this system has no IPv6 and the friend has.
            error = e.NativeErrorCode;
            return null;
        }

        error = Connect(socket, remote, timeout, stop);
        if (error == 0)
        {
            return new BlockingSocket(socket);
        }

        socket.Dispose();
        return null;
    }

    /// <summary>
    /// Waits until bytes (or the end) can be received; false: time is over or stop.
    /// </summary>
    internal bool WaitReadable(TimeSpan timeout, StopSignal stop) =>
        Wait(File, SocketCalls.PollIn, timeout, stop);

    /// <summary>Bytes received; 0: the connection is over; -1: none now (only with now).</summary>
    internal int Receive(Span<byte> buffer, bool now = false)
    {
        fixed (byte* p = buffer)
        {
            while (true)
            {
                var flags = now ? SocketCalls.DontWait : 0;
                var count = SocketCalls.Receive(_handle, p, buffer.Length, flags);
                if (count >= 0)
                {
                    return (int)count;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case SocketCalls.Interrupted:
                        continue;
                    case SocketCalls.TryAgain:
                        return -1;
                    default:
                        return 0;
                }
            }
        }
    }

    /// <summary>
    /// Sends all; false: the connection is over, or took nothing within its timeout.
    /// </summary>
    internal bool Send(ReadOnlySpan<byte> bytes)
    {
        var done = 0;
        fixed (byte* p = bytes)
        {
            while (done < bytes.Length)
            {
                var left = bytes.Length - done;
                var count = SocketCalls.Send(_handle, p + done, left, SocketCalls.NoSignal);
                if (count > 0)
                {
                    done += (int)count;
                }
                else if (Marshal.GetLastPInvokeError() != SocketCalls.Interrupted)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>For a link: small frames go at once.</summary>
    internal void TuneForLink(TimeSpan sendTimeout)
    {
        _socket.NoDelay = true;
        // struct timeval of 64-bit systems.
        byte[] time =
        [
            .. BitConverter.GetBytes((long)sendTimeout.TotalSeconds),
            .. BitConverter.GetBytes(0L),
        ];
        _socket.SetRawSocketOption(SocketLevel, SendTimeout, time);
    }

    /// <summary>
    /// No more than some so many bytes wait unsent in the kernel, or a message would stand in line
    /// behind megabytes.
    /// </summary>
    internal void KeepUnsent(int bytesMax) =>
        _socket.SetRawSocketOption(TcpLevel, NotSentLowAt, BitConverter.GetBytes(bytesMax));

    /// <summary>The peer reads to the end of what was sent; its answers still come.</summary>
    internal void ShutdownSend() => Shutdown(SocketShutdown.Send);

    /// <summary>Ends calls of other threads on this socket.</summary>
    internal void Shutdown() => Shutdown(SocketShutdown.Both);

    public void Dispose() => _socket.Dispose();

    private static int Connect(Socket socket, IPEndPoint remote, TimeSpan timeout, StopSignal stop)
    {
        var handle = socket.SafeHandle;
        SetBlocking(handle, isBlocking: false);
        var address = remote.Serialize();
        fixed (byte* p = address.Buffer.Span)
        {
            if (SocketCalls.Connect(handle, p, (uint)address.Size) == 0)
            {
                return 0;
            }
        }

        var error = Marshal.GetLastPInvokeError();
        if (error != SocketCalls.InProgress)
        {
            return error;
        }

        const int timedOut = 110;
        var file = (int)handle.DangerousGetHandle();
        if (!Wait(file, SocketCalls.PollOut, timeout, stop))
        {
            return timedOut;
        }

        const int socketError = 4;
        Span<byte> option = stackalloc byte[sizeof(int)];
        socket.GetRawSocketOption(SocketLevel, socketError, option);
        return BitConverter.ToInt32(option);
    }

    private static bool Wait(int file, short wanted, TimeSpan timeout, StopSignal stop)
    {
        var entries = stackalloc SocketCalls.PollEntry[2];
        var until = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (!stop.IsSet)
        {
            entries[0] = new SocketCalls.PollEntry { File = file, Wanted = wanted };
            entries[1] = new SocketCalls.PollEntry { File = stop.File, Wanted = 1 };
            var left = (int)Math.Clamp(until - Environment.TickCount64, 0, int.MaxValue);
            var count = SocketCalls.Poll(entries, 2, left);
            if (count == 0 || entries[0].Ready != 0)
            {
                return count > 0;
            }
        }

        return false;
    }

    private static void SetBlocking(SafeSocketHandle handle, bool isBlocking)
    {
        var flags = SocketCalls.Control(handle, SocketCalls.GetFlags, 0);
        flags = isBlocking ? flags & ~SocketCalls.NonBlocking : flags | SocketCalls.NonBlocking;
        _ = SocketCalls.Control(handle, SocketCalls.SetFlags, flags);
    }

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            _socket.Shutdown(how);
        }
        catch (SocketException)
        {
            // It is not connected any more, which is what was wanted.
        }
        catch (ObjectDisposedException)
        {
            // The link ended meanwhile.
        }
    }
}
