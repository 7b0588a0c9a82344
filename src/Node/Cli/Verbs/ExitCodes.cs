using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Verbs;

internal static class ExitCodes
{
    public static Verb Build()
    {
        var verb = new Verb(
            "exit-codes",
            "Show what each exit code means.",
            "friendnet help exit-codes"
        ).Does(call =>
        {
            foreach (var row in FailureTable.Rows)
            {
                call.Line($"{(int)row.Kind, 4}  {row.Code, -12}  {row.Meaning}");
            }

            return Task.CompletedTask;
        });
        verb.Hidden = true;
        return verb;
    }
}
