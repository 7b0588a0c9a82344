using System.CommandLine;
using FriendNet.Node.Api.Contract;

namespace FriendNet.Node.Cli.Verbs;

internal static class LinkVerb
{
    public static Verb Build()
    {
        var what = new Argument<string>("WHAT")
        {
            Description = "A search result's number, an id, or the path of a file that you share",
        };
        return new Verb(
            "link",
            "Print a file's link, which `get` takes wherever there is a way to the file.",
            "friendnet link 1",
            "friendnet link ~/Music/wanderer.flac"
        )
        {
            what,
        }.Does(call => Run(call, call.Value(what)));
    }

    private static async Task Run(Call call, string what)
    {
        var wanted = Uri.EscapeDataString(Call.Meant(what));
        var type = ContractJson.Default.FileLink;
        var made = await call.Api.Get($"/link?what={wanted}", type, call.Cancel);
        call.Answer(made, type, link => call.Line(link.Link));
        call.HintIf(!call.Json, "Who gets it must see the file: it is a name, no key.");
    }
}
