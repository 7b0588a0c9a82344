using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>The argument that names a transfer, and the verbs that do one thing to it.</summary>
internal static class TransferId
{
    public static Argument<long> Argument() =>
        new("ID") { Description = "Its number, as `transfer list` shows it" };

    /// <summary>POST /transfers/ID/ACTION, then the transfer as it is.</summary>
    public static async Task Post(Call call, long id, string action)
    {
        var type = ContractJson.Default.Transfer;
        var now = await call.Api.Post($"/transfers/{id}/{action}", type, call.Cancel);
        call.Answer(now, type, transfer => Watching.Say(call, transfer));
    }
}
