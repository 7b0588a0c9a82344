using System.Net.Sockets;
using System.Text;

namespace FriendNet.Node.Journal;

/// <summary>Tells systemd how the daemon fares (sd_notify(3)), if it listens.</summary>
public static class SystemdNotice
{
    public static void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    public static void Stopping() => Send("STOPPING=1");

    private static void Send(string text)
    {
        var path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (path is not ['/' or '@', _, ..])
        {
            return;
        }

        // An abstract address starts with NUL where the variable has '@'.
        var address = path[0] == '@' ? '\0' + path[1..] : path;
        using var socket = new Socket(
            AddressFamily.Unix,
            SocketType.Dgram,
            ProtocolType.Unspecified
        );
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(text), new UnixDomainSocketEndPoint(address));
        }
        catch (SocketException)
        {
            // Nobody there: a notice is a courtesy, never a reason to fail.
        }
    }
}
