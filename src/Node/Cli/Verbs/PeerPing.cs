using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class PeerPing
{
    public static Verb Build()
    {
        var friend = FriendName.Argument();
        return new Verb(
            "ping",
            "Measure the way to a friend and back.",
            "friendnet peer ping Alice"
        )
        {
            friend,
        }.Does(async call =>
        {
            var path = $"/peers/{Call.Segment(call.Value(friend))}/ping";
            var pong = await call.Api.Post(path, ContractJson.Default.Pong, call.Cancel);
            call.Answer(
                pong,
                ContractJson.Default.Pong,
                back => call.Line($"{back.Name} at {back.Address}: {back.Milliseconds:0.00} ms")
            );
        });
    }
}
