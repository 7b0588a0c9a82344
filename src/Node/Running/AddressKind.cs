using System.Net;
using System.Net.Sockets;

namespace FriendNet.Node.Running;

/// <summary>Tells how somebody is reached without telling where.</summary>
internal static class AddressKind
{
    /// <param name="address">"host:port".</param>
    internal static string Of(string address)
    {
        if (!IPEndPoint.TryParse(address, out var place))
        {
            return "a host's name";
        }

        var ip = place.Address.IsIPv4MappedToIPv6 ? place.Address.MapToIPv4() : place.Address;
        var family = ip.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
        return IsLocal(ip) ? $"{family} in the local network" : family;
    }

    // RFC 1918, 3927, 4193, 4291.
    private static bool IsLocal(IPAddress ip) =>
        IPAddress.IsLoopback(ip)
        || ip.IsIPv6LinkLocal
        || ip.IsIPv6UniqueLocal
        || ip.GetAddressBytes()
            is [10, _, _, _]
                or [172, >= 16 and < 32, _, _]
                or [192, 168, _, _]
                or [169, 254, _, _];
}
