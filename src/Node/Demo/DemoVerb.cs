using System.CommandLine;
using System.Diagnostics;
using FriendNet.Node.Cli;
using FriendNet.Node.Cli.Rendering;
using FriendNet.Node.Failures;
using FriendNet.Node.Journal;

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
            "Show the main job: two friends, a shared folder, found, fetched and proved.",
            "friendnet demo",
            "friendnet demo --folder ~/Music"
        )
        {
            folder,
        }.Does(call => Run(call, call.Value(folder)));
    }

    private static async Task Run(Call call, string? path)
    {
        var clock = Stopwatch.StartNew();
        var folder = DemoFolder.Choose(path);
        var parent = Directory.CreateTempSubdirectory("friendnet-demo-").FullName;
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(call.Cancel);
        bounded.CancelAfter(All);
        call.Line($"FriendNet demo: two daemons on this machine, their homes in {parent}.");
        try
        {
            var story = new DemoStory(call.Screen, folder, bounded.Token);
            await Tell(call, story, parent, bounded.Token);
            var end = Stopwatch.StartNew();
            Directory.Delete(parent, recursive: true);
            story.Tell($"All of it is removed ({Amount.Time(end.Elapsed.TotalSeconds)}).");
            call.Line($"All of it took {Amount.Time(clock.Elapsed.TotalSeconds)}.");
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
        Call call,
        DemoStory story,
        string parent,
        CancellationToken cancel
    )
    {
        var clock = Stopwatch.StartNew();
        await using var alice = await DemoNode.Start("Alice", parent, cancel);
        await using var bob = await DemoNode.Start("Bob", parent, cancel);
        story.Tell(
            $"Alice and Bob made their identities and started: {alice.Listen} and {bob.Listen} "
                + $"({Amount.Time(clock.Elapsed.TotalSeconds)})."
        );
        try
        {
            await story.Befriend(alice, bob);
            var share = await story.ShareFolder(alice);
            await story.AwaitCatalog(bob, share);
            var id = await story.Search(bob);
            var result = await story.Fetch(bob, id, Path.Combine(parent, "fetched"));
            story.Prove(result);
            await story.ShowPeer(bob);
            clock.Restart();
            await alice.DisposeAsync();
            await bob.DisposeAsync();
            story.Tell($"Both daemons have ended ({Amount.Time(clock.Elapsed.TotalSeconds)}).");
        }
        catch (FailureException)
        {
            Show(call, alice);
            Show(call, bob);
            throw;
        }
    }

    private static void Show(Call call, DemoNode node)
    {
        foreach (var line in node.Log())
        {
            call.Screen.Error.WriteLine(Printable.Escape($"{node.Name}'s log: {line}"));
        }
    }
}
