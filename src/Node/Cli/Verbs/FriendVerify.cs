using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class FriendVerify
{
    public static Verb Build()
    {
        var friend = FriendName.Argument();
        return new Verb(
            "verify",
            "Show the safety number that you and a friend compare by voice.",
            "friendnet friend verify Alice"
        )
        {
            friend,
        }.Does(call => Run(call, call.Value(friend)));
    }

    private static async Task Run(Call call, string name)
    {
        var path = $"/friends/{Call.Segment(name)}/safety-number";
        var type = ContractJson.Default.SafetyNumber;
        var number = await call.Api.Get(path, type, call.Cancel);
        call.Answer(
            number,
            type,
            safety =>
            {
                call.Line(
                    string.Join(' ', safety.Digits.Chunk(5).Select(five => new string(five)))
                );
                call.Hint(
                    $"If {safety.Name} reads you the same number, nobody stands between you; if "
                        + $"not, remove {safety.Name} and invite again by a safer way."
                );
            }
        );
    }
}
