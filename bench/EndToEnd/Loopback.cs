using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace FriendNet.Bench.EndToEnd;

/// <summary>Ports on loopback for servers that cannot choose one.</summary>
internal static class Loopback
{
    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    internal static void WaitUntilOpen(int port)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                probe.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(started).TotalSeconds < 5)
            {
                // Not listening yet: bounded by the five seconds above.
            }
        }
    }
}
