using System.CommandLine.Completions;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>Words that say who may see a share; the shell completes them.</summary>
internal static class AudienceTerm
{
    public const string Meaning =
        "friends, circle (they and their friends), friend:NAME or group:NAME";

    public static IEnumerable<CompletionItem> Terms(CompletionContext context) =>
        [
            new("friends"),
            new("circle"),
            .. FriendName.Names(context).Select(name => new CompletionItem($"friend:{name.Label}")),
            .. GroupName.Names(context).Select(name => new CompletionItem($"group:{name.Label}")),
        ];

    /// <summary>For people: "Bob", "friends and friend:Bob".</summary>
    public static string Say(IReadOnlyList<string> audience) =>
        audience.Count == 0 ? "nobody" : string.Join(", ", audience);
}
