using System.Net;
using System.Net.NetworkInformation;

namespace FriendNet.Bench.EndToEnd.Peers;

/// <summary>
/// Peers meet in a network namespace that has the loopback device alone: nothing can leave the
/// machine. The address is not 127.0.0.1, since transmission takes no such peer from a tracker.
/// </summary>
internal static class Network
{
    internal static readonly IPAddress Address = new([10, 99, 0, 1]);

    internal static void Check()
    {
        var all = NetworkInterface.GetAllNetworkInterfaces();
        if (
            all is not [var only]
            || !only.GetIPProperties().UnicastAddresses.Any(own => own.Address.Equals(Address))
        )
        {
            throw new InvalidOperationException(
                $"Only a loopback device with {Address} may be here: ./dev bench peers makes one."
            );
        }
    }
}
