using System.CommandLine.Completions;
using System.Text.Json.Serialization.Metadata;
using FriendNet.Node.Cli.Client;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>Names that the daemon knows, for the shell to complete.</summary>
internal static class Known
{
    public static IEnumerable<CompletionItem> Of<T>(
        CompletionContext context,
        string path,
        JsonTypeInfo<IReadOnlyList<T>> type,
        Func<T, string> name
    )
    {
        try
        {
            var flag = context.ParseResult.GetValue(Flags.Home);
            var api = new ApiClient(Home.At(flag, Environment.GetEnvironmentVariable));
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            var all = api.Get(path, type, soon.Token).GetAwaiter().GetResult();
            return all.Select(one => new CompletionItem(name(one)));
        }
        catch (Exception error) when (error is FailureException or OperationCanceledException)
        {
            // No daemon, no names: completion stays silent.
            return [];
        }
    }
}
