using FriendNet.Node.Api.Contract;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>Addresses of the machine come and go while the daemon runs.</summary>
public sealed class OwnAddressTests
{
    private const int SetupCode = 13;

    [Fact]
    public async Task TheyAreFollowedAndFriendsAreTold()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        using var alice = new LiveNode(scratch, "alice");
        using var bob = new LiveNode(scratch, "bob");
        // As at boot, before there is a network.
        await OwnNetwork.Start(alice);
        alice.Call("invite", "create").Refused(SetupCode);

        OwnNetwork.Ip(alice, "link add v0 type veth peer name v1");
        OwnNetwork.Ip(alice, "link set v0 up");
        OwnNetwork.Ip(alice, "link set v1 up");
        OwnNetwork.Ip(alice, "link set lo up");
        OwnNetwork.Ip(alice, "addr add 10.77.0.1/24 dev v0");
        await Addresses(alice, ["10.77.0.1"]);
        await OwnNetwork.Join(bob, alice);
        LiveNode.Befriend(alice, bob);

        OwnNetwork.Ip(alice, "addr add 10.77.0.2/24 dev v0");
        await Addresses(alice, ["10.77.0.1", "10.77.0.2"]);
        await bob.Until(
            "/friends/alice",
            ContractJson.Default.Friend,
            friend => Hosts(friend.Addresses).Contains("10.77.0.2")
        );
        OwnNetwork.Ip(alice, "addr flush dev v0");
        OwnNetwork.Ip(alice, "addr add 10.77.0.3/24 dev v0");
        await Addresses(alice, ["10.77.0.3"]);
    }

    private static Task<Status> Addresses(LiveNode node, string[] hosts) =>
        node.Until(
            "/status",
            ContractJson.Default.Status,
            status => Hosts(status.Addresses).Order().SequenceEqual(hosts)
        );

    private static IEnumerable<string> Hosts(IReadOnlyList<string> addresses) =>
        addresses.Select(address => address[..address.LastIndexOf(':')]);
}
