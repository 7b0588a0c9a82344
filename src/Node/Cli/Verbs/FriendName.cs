using System.CommandLine;
using System.CommandLine.Completions;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Cli.Client;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>The argument that names a friend; the shell completes it.</summary>
internal static class FriendName
{
    public static Argument<string> Argument() =>
        new("FRIEND") { Description = "Its name, or its id", CompletionSources = { Names } };

    public static IEnumerable<CompletionItem> Names(CompletionContext context)
    {
        try
        {
            var flag = context.ParseResult.GetValue(Flags.Home);
            var api = new ApiClient(Home.At(flag, Environment.GetEnvironmentVariable));
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            var type = ContractJson.Default.IReadOnlyListFriend;
            var friends = api.Get("/friends", type, soon.Token).GetAwaiter().GetResult();
            return friends.Select(friend => new CompletionItem(friend.Name));
        }
        catch (Exception error) when (error is FailureException or OperationCanceledException)
        {
            // No daemon, no names: completion stays silent.
            return [];
        }
    }
}
