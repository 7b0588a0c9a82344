using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Friendship;

/// <summary>Why a text is no invitation to use.</summary>
public enum InvitationFlaw
{
    None,

    /// <summary>It does not begin as one.</summary>
    NotAnInvitation,

    /// <summary>Cut off or mistyped: its checksum does not match.</summary>
    Damaged,

    /// <summary>Whole, but of a kind that this version does not know.</summary>
    Unknown,

    /// <summary>By our own clock.</summary>
    Expired,
}

/// <summary>
/// A friendship whose secret is in a link, to be used once. "friendnet:" and base64url of
/// version u8 (1), X25519 key (32), secret (16), expiry in minutes since the epoch u32,
/// addresses (kind u8: 4 with 4 bytes, 6 with 16, 1 with length u8 and a name; then port u16),
/// then the first 4 bytes of SHA-256 of all before. Big endian. One spelling only.
/// </summary>
public sealed class Invitation : IDisposable
{
    public const string Scheme = "friendnet:";
    public const int KeyBytes = 32;
    public const int SecretBytes = 16;

    private const byte Version = 1;
    private const int ChecksumBytes = 4;
    private const int AddressesAt = 1 + KeyBytes + SecretBytes + 4;
    private const int AddressBytesMax = 1 + 1 + HostPort.NameBytesMax + 2;
    private const int BytesMax =
        AddressesAt + (Limits.InvitationAddressesMax * AddressBytesMax) + ChecksumBytes;

    private const byte KindName = 1;
    private const byte KindIpv4 = 4;
    private const byte KindIpv6 = 6;

    private const long MinuteMicroseconds = 60_000_000;

    private static readonly SearchValues<char> Digits = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    private readonly byte[] _key;
    private readonly byte[] _secret;

    /// <param name="expires">Rounded up to a whole minute.</param>
    public Invitation(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> secret,
        Instant expires,
        IReadOnlyList<HostPort> addresses
    )
    {
        if (
            key.Length != KeyBytes
            || secret.Length != SecretBytes
            || addresses.Count > Limits.InvitationAddressesMax
        )
        {
            throw new ArgumentException("Key, secret or addresses: wrong size.", nameof(key));
        }

        _key = key.ToArray();
        _secret = secret.ToArray();
        Expires = FromMinutes(ToMinutes(expires));
        Addresses = addresses;
    }

    /// <summary>The inviter's X25519 public key.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>128 random bits; whoever holds them may become a friend, once.</summary>
    public ReadOnlySpan<byte> Secret => _secret;

    public Instant Expires { get; }

    public IReadOnlyList<HostPort> Addresses { get; }

    /// <summary>White space around the link is forgiven, nothing within.</summary>
    /// <param name="invitation">Set where the flaw is None or Expired.</param>
    public static InvitationFlaw Parse(string? text, Instant now, out Invitation? invitation)
    {
        invitation = null;
        var link = text.AsSpan().Trim();
        if (!link.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return InvitationFlaw.NotAnInvitation;
        }

        var digits = link[Scheme.Length..];
        var bytes = new byte[BytesMax];
        if (
            digits.Length > Base64Url.GetEncodedLength(BytesMax)
            || !TryDecode(digits, bytes, out var length)
        )
        {
            return InvitationFlaw.Damaged;
        }

        var flaw = Read(bytes.AsSpan(0, length), out invitation);
        CryptographicOperations.ZeroMemory(bytes);
        return invitation is not null && invitation.Expires <= now ? InvitationFlaw.Expired : flaw;
    }

    /// <summary>The text to give to the friend-to-be. It is the secret.</summary>
    public string ToLink()
    {
        Span<byte> bytes = stackalloc byte[BytesMax];
        bytes[0] = Version;
        _key.CopyTo(bytes[1..]);
        _secret.CopyTo(bytes[(1 + KeyBytes)..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[(AddressesAt - 4)..], ToMinutes(Expires));
        var at = AddressesAt;
        foreach (var address in Addresses)
        {
            at += WriteAddress(bytes[at..], address);
        }

        Checksum(bytes[..at], bytes[at..]);
        var link = Scheme + Base64Url.EncodeToString(bytes[..(at + ChecksumBytes)]);
        CryptographicOperations.ZeroMemory(bytes);
        return link;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);

    private static bool TryDecode(ReadOnlySpan<char> digits, byte[] bytes, out int length)
    {
        length = 0;
        // The decoder forgives padding, white space and stray bits; one spelling only here.
        return digits.IndexOfAnyExcept(Digits) < 0
            && Base64Url.DecodeFromChars(digits, bytes, out _, out length) == OperationStatus.Done
            && digits.SequenceEqual(Base64Url.EncodeToString(bytes.AsSpan(0, length)));
    }

    private static InvitationFlaw Read(ReadOnlySpan<byte> bytes, out Invitation? invitation)
    {
        invitation = null;
        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        var end = bytes.Length - ChecksumBytes;
        if (end < 1)
        {
            return InvitationFlaw.Damaged;
        }

        Checksum(bytes[..end], checksum);
        if (!checksum.SequenceEqual(bytes[end..]))
        {
            return InvitationFlaw.Damaged;
        }

        var addresses = new List<HostPort>();
        if (
            bytes[0] != Version
            || end < AddressesAt
            || !TryReadAddresses(bytes[AddressesAt..end], addresses)
        )
        {
            return InvitationFlaw.Unknown;
        }

        invitation = new Invitation(
            bytes.Slice(1, KeyBytes),
            bytes.Slice(1 + KeyBytes, SecretBytes),
            FromMinutes(BinaryPrimitives.ReadUInt32BigEndian(bytes[(AddressesAt - 4)..])),
            addresses
        );
        return InvitationFlaw.None;
    }

    private static bool TryReadAddresses(ReadOnlySpan<byte> bytes, List<HostPort> addresses)
    {
        while (bytes.Length > 0)
        {
            if (
                addresses.Count == Limits.InvitationAddressesMax
                || !TryReadAddress(ref bytes, out var address)
            )
            {
                return false;
            }

            addresses.Add(address);
        }

        return true;
    }

    private static bool TryReadAddress(ref ReadOnlySpan<byte> bytes, out HostPort address)
    {
        address = default;
        var kind = bytes[0];
        var isName = kind == KindName;
        var from = isName ? 2 : 1;
        var size = kind switch
        {
            KindIpv4 => 4,
            KindIpv6 => 16,
            KindName when bytes.Length > 1 => bytes[1],
            _ => -1,
        };
        if (size < 0 || bytes.Length < from + size + 2)
        {
            return false;
        }

        var host = bytes.Slice(from, size);
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[(from + size)..]);
        bytes = bytes[(from + size + 2)..];
        return isName
            ? HostPort.TryMakeName(Encoding.Latin1.GetString(host), port, out address)
            : HostPort.TryMake(new IPAddress(host), port, out address);
    }

    private static int WriteAddress(Span<byte> bytes, HostPort address)
    {
        int hostEnd;
        if (address.Ip is { } ip)
        {
            bytes[0] = ip.AddressFamily == AddressFamily.InterNetwork ? KindIpv4 : KindIpv6;
            _ = ip.TryWriteBytes(bytes[1..], out var written);
            hostEnd = 1 + written;
        }
        else
        {
            bytes[0] = KindName;
            bytes[1] = (byte)address.Host.Length;
            hostEnd = 2 + Encoding.ASCII.GetBytes(address.Host, bytes[2..]);
        }

        BinaryPrimitives.WriteUInt16BigEndian(bytes[hostEnd..], (ushort)address.Port);
        return hostEnd + 2;
    }

    private static void Checksum(ReadOnlySpan<byte> bytes, Span<byte> checksum)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        hash[..ChecksumBytes].CopyTo(checksum);
    }

    private static uint ToMinutes(Instant at) =>
        (uint)((at.Microseconds + MinuteMicroseconds - 1) / MinuteMicroseconds);

    private static Instant FromMinutes(uint minutes) => new(minutes * MinuteMicroseconds);
}
