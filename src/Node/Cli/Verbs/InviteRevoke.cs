using System.CommandLine;

namespace FriendNet.Node.Cli.Verbs;

internal static class InviteRevoke
{
    public static Verb Build()
    {
        var id = new Argument<string>("ID") { Description = "As `invite list` shows it" };
        return new Verb(
            "revoke",
            "Make an invitation worthless; friends made by it stay.",
            "friendnet invite revoke 3f9a"
        )
        {
            id,
        }.Does(async call =>
        {
            await call.Api.Delete($"/invites/{Call.Segment(call.Value(id))}", call.Cancel);
            call.Done($"Invitation {call.Value(id)} is revoked.");
        });
    }
}
