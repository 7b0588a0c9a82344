using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Links;

/// <summary>A link over TCP. Owns the socket.</summary>
internal sealed class SocketWire : IWire
{
    private const int UnsentBytesMax = 256 * 1024;
    private readonly BlockingSocket _socket;

    internal SocketWire(BlockingSocket socket)
    {
        _socket = socket;
        socket.TuneForLink(TimeSpan.FromSeconds(Limits.SilenceSeconds));
        socket.KeepUnsent(UnsentBytesMax);
    }

    public int Receive(Span<byte> buffer) => Math.Max(0, _socket.Receive(buffer));

    public bool Send(ReadOnlySpan<byte> bytes) => _socket.Send(bytes);

    public void KeepUnsent(int bytes) => _socket.KeepUnsent(Math.Min(bytes, UnsentBytesMax));

    public void ShutdownSend() => _socket.ShutdownSend();

    public void Shutdown() => _socket.Shutdown();

    public void Dispose() => _socket.Dispose();
}
