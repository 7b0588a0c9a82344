using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class InviteCreate
{
    public static Verb Build()
    {
        var expires = new Option<string?>("--expires")
        {
            HelpName = "TIME",
            Description = "How long it holds: 30m, 12h, 7d (7d when not said)",
        };
        var note = new Option<string?>("--note")
        {
            HelpName = "TEXT",
            Description = "For whom it is, to know it again in `invite list`",
        };
        var addresses = new Option<string[]>("--address")
        {
            HelpName = "HOST:PORT",
            Description = "Where you can be reached, beside what is known; may be repeated",
        };
        var group = new Option<string?>("--group")
        {
            HelpName = "GROUP",
            Description = "The newcomer is in this group at once; the link does not tell",
            CompletionSources = { GroupName.Names },
        };
        return new Verb(
            "create",
            "Make an invitation: a link that makes one person your friend, once.",
            "friendnet invite create",
            "friendnet invite create --note Bob --expires 2h",
            "friendnet invite create --group family",
            "friendnet invite create --json | jq -r .link"
        )
        {
            expires,
            note,
            addresses,
            group,
        }.Does(call =>
            Run(
                call,
                new NewInvite(
                    call.Value(expires) is { } time ? Duration.Seconds(time) : null,
                    call.Value(note),
                    call.Value(addresses),
                    call.Value(group)
                )
            )
        );
    }

    private static async Task Run(Call call, NewInvite wanted)
    {
        var made = await call.Api.Post(
            "/invites",
            wanted,
            ContractJson.Default.NewInvite,
            ContractJson.Default.Invite,
            call.Cancel
        );
        call.Answer(
            made,
            ContractJson.Default.Invite,
            invite =>
            {
                call.Line(invite.Link ?? "");
                call.Hint(
                    $"Send this to one person you trust, by a way others cannot read. It works "
                        + $"once, until {invite.Expires.ToLocalTime():yyyy-MM-dd HH:mm}, while "
                        + "your daemon runs."
                );
            }
        );
    }
}
