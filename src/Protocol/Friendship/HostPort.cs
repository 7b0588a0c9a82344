using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FriendNet.Protocol.Friendship;

/// <summary>
/// Where a node may be reached, as people write it: "192.0.2.7:4711", "[2001:db8::7]:4711",
/// "home.example:4711". One spelling each, so that equal places are equal texts.
/// </summary>
public readonly record struct HostPort
{
    /// <summary>RFC 1035: 253 octets of name.</summary>
    public const int NameBytesMax = 253;

    private const int LabelBytesMax = 63;

    private HostPort(string host, IPAddress? ip, int port)
    {
        Host = host;
        Ip = ip;
        Port = port;
    }

    /// <summary>The name, or the address without brackets.</summary>
    public string Host { get; }

    /// <summary>Null for a name.</summary>
    public IPAddress? Ip { get; }

    /// <summary>1 to 65535.</summary>
    public int Port { get; }

    /// <summary>Names in small letters; IPv6 in brackets and as RFC 5952 writes it.</summary>
    public static bool TryParse(string? text, out HostPort place)
    {
        place = default;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (text is null || colon <= 0 || text.Length > NameBytesMax + 6)
        {
            return false;
        }

        var port = text.AsSpan(colon + 1);
        return port is [>= '1' and <= '9', ..]
            && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= ushort.MaxValue
            && TryMake(text[..colon], number, out place);
    }

    /// <summary>
    /// False where the address has a scope, which means nothing to another node.
    /// </summary>
    public static bool TryMake(IPAddress ip, int port, out HostPort place)
    {
        place = default;
        if (port is < 1 or > ushort.MaxValue || !IsPlain(ip))
        {
            return false;
        }

        place = new HostPort(ip.ToString(), ip, port);
        return true;
    }

    /// <summary>A DNS name in small letters, digits, hyphens and dots.</summary>
    public static bool TryMakeName(string name, int port, out HostPort place)
    {
        place = default;
        if (port is < 1 or > ushort.MaxValue || !IsName(name))
        {
            return false;
        }

        place = new HostPort(name, null, port);
        return true;
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(Host?.Contains(':', StringComparison.Ordinal) == true ? $"[{Host}]" : Host)}:{Port}"
        );

    private static bool TryMake(string host, int port, out HostPort place)
    {
        var isIpv6 = host is ['[', .., ']'];
        var bare = isIpv6 ? host[1..^1] : host;
        if (IPAddress.TryParse(bare, out var ip))
        {
            place = default;
            var isExpected = isIpv6 == (ip.AddressFamily == AddressFamily.InterNetworkV6);
            // One spelling only: "127.1" and "0x7f000001" are IPv4 to the parser, too.
            return isExpected
                && string.Equals(ip.ToString(), bare, StringComparison.Ordinal)
                && TryMake(ip, port, out place);
        }

        place = default;
        return !isIpv6 && TryMakeName(bare, port, out place);
    }

    private static bool IsPlain(IPAddress ip) =>
        ip.AddressFamily == AddressFamily.InterNetwork
        || (ip.AddressFamily == AddressFamily.InterNetworkV6 && ip.ScopeId == 0);

    private static bool IsName(string name)
    {
        if (name.Length is 0 or > NameBytesMax || IPAddress.TryParse(name, out _))
        {
            return false;
        }

        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > LabelBytesMax || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            if (!label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            {
                return false;
            }
        }

        return true;
    }
}
