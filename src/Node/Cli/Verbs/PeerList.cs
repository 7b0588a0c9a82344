using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class PeerList
{
    public static Verb Build() =>
        new Verb("list", "Show the links to friends.", "friendnet peer list").Does(Run);

    private static async Task Run(Call call)
    {
        var type = ContractJson.Default.IReadOnlyListPeer;
        var peers = await call.Api.Get("/peers", type, call.Cancel);
        call.Answer(
            peers,
            type,
            all =>
            {
                var table = new TextTable("NAME", "STATE", "ADDRESS", "RTT", "IN", "OUT");
                foreach (var peer in all)
                {
                    table.Add(
                        peer.Name,
                        peer.State,
                        peer.Address ?? "",
                        peer.RoundTripMilliseconds is { } rtt ? $"{rtt:0.0} ms" : "",
                        Amount.Rate(peer.BytesPerSecondIn),
                        Amount.Rate(peer.BytesPerSecondOut)
                    );
                }

                table.Write(call.Screen);
            }
        );
    }
}
