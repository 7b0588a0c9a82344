using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Running;

/// <summary>Where this node can be reached, as friends are told.</summary>
internal static class OwnPlaces
{
    /// <summary>
    /// What the user announces first; a wildcard stands for the addresses of all interfaces.
    /// </summary>
    internal static IReadOnlyList<string> Told(
        IReadOnlyList<string> announced,
        IReadOnlyList<IPEndPoint> listening
    ) =>
        [
            .. announced
                .Concat(listening.SelectMany(Expand))
                .Distinct(StringComparer.Ordinal)
                .Take(Limits.AddressesMax),
        ];

    private static IEnumerable<string> Expand(IPEndPoint place)
    {
        var isAny = place.Address.Equals(IPAddress.Any) || place.Address.Equals(IPAddress.IPv6Any);
        if (!isAny)
        {
            return [place.ToString()];
        }

        return NetworkInterface
            .GetAllNetworkInterfaces()
            .Where(one => one.OperationalStatus == OperationalStatus.Up)
            .SelectMany(one => one.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => IsTold(address, place.AddressFamily))
            .Select(address => new IPEndPoint(address, place.Port).ToString());
    }

    // Link-local ones mean nothing without the interface they belong to.
    private static bool IsTold(IPAddress address, AddressFamily listening) =>
        !IPAddress.IsLoopback(address)
        && !address.IsIPv6LinkLocal
        && (
            address.AddressFamily == AddressFamily.InterNetwork
            || listening == AddressFamily.InterNetworkV6
        );
}
