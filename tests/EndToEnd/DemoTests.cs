using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>The demo as whoever comes first runs it.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class DemoTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task ItShowsAllAndLeavesNothing()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("music/quartets/one.flac", 3_000_001, seed: 1);
        scratch.File("music/two.flac", 20_000, seed: 2);
        using var demo = Launch(scratch);
        var errors = demo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var told = await demo
            .StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Bound, TestContext.Current.CancellationToken);
        Assert.True(demo.WaitForExit(Bound));

        Assert.True(demo.ExitCode == 0, told + await errors);
        Assert.Contains("1 of 1 file and 3.00 MB are the same", told, StringComparison.Ordinal);
        Assert.Contains("2 ways: over Carol, 2 steps; over Dave", told, StringComparison.Ordinal);
        Assert.Contains("Alice, three steps from Erin", told, StringComparison.Ordinal);
        Assert.Matches("Carol and Dave +1 person in common", told);
        Assert.Matches(@"over both: .* Carol passed on \d\d.*, Dave \d\d", told);
        Assert.Equal(2, Regex.Count(told, "compared byte by byte with Erin's own"));
        Assert.Matches(@"Carol was killed \(kill -9\); the rest came over Dave", told);
        Assert.Matches(@"of \d+,\d+ samples of the files, \d+ names and 10 .* none is in it", told);
        Assert.Matches(@"the same search in Erin's own folder finds all \d+,\d+", told);
        Assert.Contains("Bob's search finds nothing", told, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(scratch, "temp")));
        TestContext.Current.SendDiagnosticMessage(told);
    }

    [Fact]
    public async Task KilledItLeavesNoDaemon()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        scratch.File("music/one.flac", 10_000);
        using var demo = Launch(scratch);
        while (
            await demo
                .StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
                .AsTask()
                .WaitAsync(Bound, TestContext.Current.CancellationToken)
                is not null
                    and var line
        )
        {
            if (line.Contains("Carol, Dave and Erin started", StringComparison.Ordinal))
                break;
        }

        var daemons = ChildrenOf(demo.Id);
        Assert.Equal(5, daemons.Count);
        demo.Kill();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var clock = Stopwatch.StartNew();
        while (daemons.Any(Runs))
        {
            Assert.True(clock.Elapsed < Bound, "A daemon of the demo runs on.");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private static Process Launch(Scratch scratch)
    {
        var start = new ProcessStartInfo(
            LiveNode.Program,
            ["demo", "--folder", Path.Combine(scratch, "music")]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["TMPDIR"] = scratch.Folder("temp");
        return Process.Start(start)!;
    }

    private static List<(int Id, string Started)> ChildrenOf(int parent) =>
        [
            .. from folder in Directory.GetDirectories("/proc")
            let id = int.TryParse(Path.GetFileName(folder), out var number) ? number : 0
            where id > 0
            let words = Stat(id)
            where words.Length > 0 && words[1] == parent.ToString(CultureInfo.InvariantCulture)
            select (id, Started(words)),
        ];

    // A number may be given to another process; one that nobody has waited for yet is over.
    private static bool Runs((int Id, string Started) process) =>
        Stat(process.Id) is { Length: > 0 } words
        && words[0] != "Z"
        && Started(words) == process.Started;

    // proc(5): state, parent, ..., the start as the 22nd of all.
    private static string Started(string[] words) => words[19];

    /// <summary>What follows the name; none: there is no such process.</summary>
    private static string[] Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
