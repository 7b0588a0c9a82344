using System.CommandLine;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Sodium;
using FriendNet.Node.Api;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using FriendNet.Node.Journal;
using FriendNet.Node.Running;

namespace FriendNet.Node.Cli.Verbs;

/// <summary>The node itself, in the foreground until SIGTERM or Ctrl-C.</summary>
internal static class DaemonVerb
{
    public static Verb Build()
    {
        var flags = SettingKey.All.ToDictionary(key => key.Name, FlagOf, StringComparer.Ordinal);
        var verb = new Verb(
            "daemon",
            "Run the node in the foreground; prints `ready HOST:PORT` when it serves.",
            "friendnet daemon",
            "friendnet daemon --listen 0.0.0.0:7654 --log debug"
        );
        foreach (var flag in flags.Values)
        {
            verb.Add(flag);
        }

        var withStdin = new Option<bool>("--until-stdin-ends")
        {
            Description = "End when standard input does: with the program that holds its other end",
        };
        verb.Add(withStdin);
        return verb.Does(call =>
            Run(
                call,
                call.Value(withStdin),
                flags.ToDictionary(
                    flag => flag.Key,
                    flag => (IReadOnlyList<string>)(call.Value(flag.Value) ?? []),
                    StringComparer.Ordinal
                )
            )
        );
    }

    private static Option<string[]> FlagOf(SettingKey key) =>
        new($"--{key.Flag}") { Description = key.Meaning };

    private static async Task Run(
        Call call,
        bool isUntilStdinEnds,
        Dictionary<string, IReadOnlyList<string>> flags
    )
    {
        var home = call.Home;
        home.RequireInitialised();
        if (Libsodium.Unavailable is { } missing)
        {
            throw new FailureException(FailureKind.Setup, missing);
        }

        using var held = HomeLock.Take(home);
        var settings = Settings.Load(home, flags, Environment.GetEnvironmentVariable);
        using var keys = IdentityFile.Open(home, settings.PassphraseFile);
        using var journal = new JournalLines(Console.Error, settings.Log);
        var log = journal.CreateLogger("Node");
        // For those who become friends from now on; seconds serve as its sequence.
        var sequence = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var card = Card.Create(keys, settings.Name ?? "friend", sequence);
        using var node = RunningNode.Start(home, settings, keys, card, log);
        await using var api = await ApiHost.Start(
            home,
            NodeEndpoints.Of(node, settings, keys),
            journal,
            call.Cancel
        );
        var address = node.Gate.Listening[0].ToString();
        await call.Screen.Out.WriteLineAsync($"ready {address}");
        await call.Screen.Out.FlushAsync(call.Cancel);
        SystemdNotice.Ready($"serving on {address}");
        await WaitForEnd(isUntilStdinEnds, call.Cancel);
        SystemdNotice.Stopping();
    }

    /// <summary>SIGTERM and Ctrl-C are the usual end, not a failure.</summary>
    private static async Task WaitForEnd(bool isUntilStdinEnds, CancellationToken cancel)
    {
        var end = new TaskCompletionSource();
        if (isUntilStdinEnds)
        {
            // A read cannot be cancelled; the process ends under it.
            new Thread(() => AwaitStdin(end)) { IsBackground = true, Name = "stdin" }.Start();
        }

        await using (cancel.Register(() => end.TrySetResult()))
        {
            await end.Task;
        }
    }

    private static void AwaitStdin(TaskCompletionSource end)
    {
        using var stdin = Console.OpenStandardInput();
        stdin.CopyTo(Stream.Null);
        end.TrySetResult();
    }
}
