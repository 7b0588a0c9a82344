using System.CommandLine;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Verbs;

internal static class FriendAdd
{
    // A link is under 200 characters; more is no link.
    private const int LineCharactersMax = 4096;

    public static Verb Build()
    {
        var link = new Argument<string>("LINK")
        {
            Description = "The invitation; better - which asks for it, or reads stdin",
        };
        var name = new Option<string?>("--name")
        {
            HelpName = "NAME",
            Description = "What to call the friend (else as it calls itself)",
        };
        return new Verb(
            "add",
            "Become friends with who sent you an invitation; it works once.",
            "friendnet friend add -",
            "friendnet friend add - --name Alice < link.txt"
        )
        {
            link,
            name,
        }.Does(call => Run(call, call.Value(link), call.Value(name)));
    }

    private static async Task Run(Call call, string link, string? name)
    {
        var text = link == "-" ? FromStdin(call) : link;
        var friend = await call.Api.Post(
            "/friends",
            new NewFriend(text.Trim(), name),
            ContractJson.Default.NewFriend,
            ContractJson.Default.Friend,
            call.Cancel
        );
        call.Answer(
            friend,
            ContractJson.Default.Friend,
            made =>
            {
                call.Line($"{made.Name} is your friend now ({made.State}).");
                call.Hint(
                    $"Compare the numbers of `friendnet friend verify {made.Name}` by voice to be "
                        + "sure who it is."
                );
            }
        );
    }

    // Neither seen in a list of processes nor kept by the shell, as an argument is.
    private static string FromStdin(Call call)
    {
        var text = Console.IsInputRedirected ? FromPipe() : FromPerson(call);
        return text.Length > 0
            ? text
            : throw new FailureException(FailureKind.Usage, "There was no link on stdin.");
    }

    private static string FromPerson(Call call)
    {
        call.Screen.Error.Write("The invitation (paste it, then Enter): ");
        return Console.In.ReadLine()?.Trim() ?? "";
    }

    private static string FromPipe()
    {
        var buffer = new char[LineCharactersMax];
        var read = Console.In.ReadBlock(buffer);
        return new string(buffer, 0, read).Trim();
    }
}
