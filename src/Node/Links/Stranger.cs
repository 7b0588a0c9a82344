using System.Net;
using System.Net.Sockets;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Links;

/// <summary>How many strangers the gate bears, and for how long.</summary>
public sealed record GateLimits
{
    public static readonly GateLimits Default = new();

    public int StrangersMax { get; init; } = Limits.StrangersMax;

    /// <summary>From one IPv4 address or one /64 of IPv6.</summary>
    public int StrangersPerAddressMax { get; init; } = Limits.StrangersPerAddressMax;

    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(Limits.HandshakeSeconds);

    /// <summary>After a failed handshake a stranger is read on for at least so long …</summary>
    public TimeSpan DiscardMin { get; init; } = TimeSpan.FromSeconds(Limits.DiscardSecondsMin);

    /// <summary>… and at most so long, at random: when it is closed says nothing.</summary>
    public TimeSpan DiscardMax { get; init; } = TimeSpan.FromSeconds(Limits.DiscardSecondsMax);
}

/// <summary>What came to the gate since it opened.</summary>
/// <param name="Bytes">Received from strangers.</param>
/// <param name="Junk">Handshakes that failed or took too long.</param>
/// <param name="Dropped">For want of room.</param>
/// <param name="Strangers">Connected now.</param>
public sealed record GateStatus(
    long Accepted,
    long Bytes,
    long Junk,
    long Dropped,
    long Admitted,
    int Strangers
);

/// <summary>
/// A connection that has not proved anything. Times are Environment.TickCount64.
/// </summary>
internal sealed class Stranger(
    BlockingSocket socket,
    AnswererHandshake handshake,
    long deadline,
    long closeAt
)
{
    internal BlockingSocket Socket { get; } = socket;

    /// <summary>Null: it failed, and what comes is thrown away.</summary>
    internal AnswererHandshake? Handshake { get; set; } = handshake;

    /// <summary>When its handshake has failed, or when it is closed.</summary>
    internal long Deadline { get; set; } = deadline;

    internal long CloseAt { get; } = closeAt;

    /// <summary>
    /// Not to be read before: who floods does not take the gate's whole time, and who is known by
    /// its first bytes is read no faster than who is not.
    /// </summary>
    internal long ReadAt { get; set; }

    /// <summary>Its IPv4 address or /64.</summary>
    internal UInt128 Origin { get; } = OriginOf(socket.Remote.Address);

    internal static UInt128 OriginOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // A household has a /64, and one host all of its addresses.
            bytes[8..].Fill(0xFF);
        }

        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
