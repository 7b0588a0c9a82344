using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Rendering;

namespace FriendNet.Node.Cli.Verbs;

internal static class FriendShow
{
    public static Verb Build()
    {
        var friend = FriendName.Argument();
        return new Verb("show", "Show all about one friend.", "friendnet friend show Alice")
        {
            friend,
        }.Does(call => Run(call, call.Value(friend)));
    }

    /// <param name="name">Or an id.</param>
    internal static Task<Friend> Get(Call call, string name) =>
        call.Api.Get($"/friends/{Call.Segment(name)}", ContractJson.Default.Friend, call.Cancel);

    private static async Task Run(Call call, string name) =>
        call.Answer(
            await Get(call, name),
            ContractJson.Default.Friend,
            friend =>
                call.Facts(
                    ("name", friend.Name),
                    ("id", friend.Id),
                    ("verified", friend.Verified ? "yes" : "no: `friend verify` shows how"),
                    ("state", friend.State),
                    ("last seen", Amount.Ago(friend.LastSeen, DateTimeOffset.Now)),
                    ("shows you", $"{Amount.Files(friend.Files)}, {Amount.Bytes(friend.Bytes)}"),
                    ("addresses", string.Join(", ", friend.Addresses))
                )
        );
}
