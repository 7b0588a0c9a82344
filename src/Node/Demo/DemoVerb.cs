using System.CommandLine;
using System.Diagnostics;
using FriendNet.Node.Cli;
using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Demo;

/// <summary>Shows the main job with real daemons on loopback, and leaves nothing behind.</summary>
public static class DemoVerb
{
    private static readonly TimeSpan All = TimeSpan.FromSeconds(115);

    public static Command Build()
    {
        var folder = new Option<string?>("--folder")
        {
            HelpName = "DIR",
            Description = "What Alice shares (else the installed .NET)",
        };
        return new Verb(
            "demo",
            "Show all of it with five daemons: a folder found, fetched and proved, from a friend "
                + "and from a friend of friends.",
            "friendnet demo",
            "friendnet demo --folder ~/Music"
        )
        {
            folder,
        }.Does(call =>
            Run(call, call.Value(folder) is { } said ? Call.FullPath(said, folder.Name) : null)
        );
    }

    private static async Task Run(Call call, string? path)
    {
        var clock = Stopwatch.StartNew();
        var folder = DemoFolder.Choose(path);
        var parent = Directory.CreateTempSubdirectory("friendnet-demo-").FullName;
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(call.Cancel);
        bounded.CancelAfter(All);
        var telling = new Telling(call.Screen);
        telling.Line(
            "FriendNet demo: five daemons on this machine, friends in a line with two in its "
                + "middle,"
        );
        telling.Line($"Alice - Bob - Carol and Dave - Erin; their homes are in {parent}.");
        try
        {
            await Tell(telling, folder, parent, bounded.Token);
            var end = Stopwatch.StartNew();
            Directory.Delete(parent, recursive: true);
            telling.Tell($"All of it is removed ({Amount.Time(end.Elapsed.TotalSeconds)}).");
            telling.Line($"All of it took {Amount.Time(clock.Elapsed.TotalSeconds)}.");
        }
        catch (OperationCanceledException) when (call.Cancel.IsCancellationRequested)
        {
            throw new FailureException(
                FailureKind.Interrupted,
                "The demo was stopped; its daemons have ended, and all it made is removed."
            );
        }
        catch (OperationCanceledException)
        {
            throw new FailureException(
                FailureKind.Internal,
                $"The demo was not done after {All.TotalSeconds:0} s and gave up."
            );
        }
        finally
        {
            if (Directory.Exists(parent))
            {
                Directory.Delete(parent, recursive: true);
            }
        }
    }

    private static async Task Tell(
        Telling telling,
        DemoFolder folder,
        string parent,
        CancellationToken cancel
    )
    {
        await using var cast = new Cast(parent);
        var clock = Stopwatch.StartNew();
        try
        {
            var steps = new DemoSteps(telling.Screen, cancel);
            var story = new DemoStory(telling, steps, folder, cancel);
            var two = await Task.WhenAll(cast.Enter("Alice", cancel), cast.Enter("Bob", cancel));
            var (alice, bob) = (two[0], two[1]);
            telling.Tell(
                $"Alice and Bob made their identities and started: {alice.Listen} and "
                    + $"{bob.Listen} ({Amount.Time(clock.Elapsed.TotalSeconds)})."
            );
            await story.Befriend(alice, bob);
            var share = await story.ShareFolder(alice);
            await story.AwaitCatalog(bob, share);
            var id = await story.Search(bob);
            var result = await story.Fetch(bob, id, Path.Combine(parent, "fetched"));
            story.Prove(result);
            await story.ShowPeer(bob);
            await Tell(new CircleStory(telling, steps, cast, parent, cancel), alice, bob);
            clock.Restart();
            await cast.DisposeAsync();
            var end = Amount.Time(clock.Elapsed.TotalSeconds);
            telling.Tell($"The other four daemons were asked to end, and have ({end}).");
        }
        catch (FailureException)
        {
            cast.ShowLogs(telling.Screen);
            throw;
        }
    }

    private static async Task Tell(CircleStory story, DemoNode alice, DemoNode bob)
    {
        await story.Befriend(bob);
        await story.ShareWithCircle();
        var id = await story.Search(alice, bob);
        await story.ShowReach(bob);
        await story.FetchOverBoth(bob, id);
        await story.FetchWhileCarolDies(bob, id);
        await story.ShowWhatTheySaw();
        await story.Withdraw(bob);
    }
}
