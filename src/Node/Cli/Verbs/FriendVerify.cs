using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class FriendVerify
{
    public static Verb Build()
    {
        var friend = FriendName.Argument();
        var same = new Option<bool>("--same") { Description = "It was the same: remember that" };
        var undo = new Option<bool>("--undo") { Description = "Forget that it was compared" };
        return new Verb(
            "verify",
            "Show the safety number that you and a friend compare by voice.",
            "friendnet friend verify Alice",
            "friendnet friend verify Alice --same"
        )
        {
            friend,
            same,
            undo,
        }.Does(call =>
            call.Value(same) || call.Value(undo)
                ? Mark(call, call.Value(friend), !call.Value(undo))
                : Run(call, call.Value(friend))
        );
    }

    private static async Task Mark(Call call, string name, bool verified)
    {
        var type = ContractJson.Default.Friend;
        var changed = await call.Api.Patch(
            $"/friends/{Call.Segment(name)}",
            new FriendChange(Verified: verified),
            ContractJson.Default.FriendChange,
            type,
            call.Cancel
        );
        call.Answer(
            changed,
            type,
            friend => call.Line($"{friend.Name} is {(verified ? "" : "not ")}verified.")
        );
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
                    $"If {safety.Name} reads you the same number, nobody stands between you: say "
                        + $"`friendnet friend verify {safety.Name} --same`. If not, remove "
                        + $"{safety.Name} and invite again by a safer way."
                );
            }
        );
    }
}
