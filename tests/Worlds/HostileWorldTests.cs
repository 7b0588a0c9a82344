using FriendNet.Simulation.Hostile;
using Xunit;

namespace FriendNet.Tests.Worlds;

public sealed class HostileWorldTests
{
    private const int Seeds = 24;

    /// <summary>How many seeds to run; unset: few enough for everybody's patience.</summary>
    private static readonly int Count = int.TryParse(
        Environment.GetEnvironmentVariable("FRIENDNET_SEEDS"),
        out var count
    )
        ? count
        : Seeds;

    public static TheoryData<ulong> SeedsThatFailedOnce =>
        [.. File.ReadAllLines(FailedSeeds).Where(IsSeed).Select(ulong.Parse)];

    private static string FailedSeeds =>
        Path.Combine(Style.SourceTree.Root, "tests", "Simulation", "failed-seeds.txt");

    [Fact]
    public void SeedsThatFailedOnceFailNoMore()
    {
        foreach (var seed in SeedsThatFailedOnce)
            Assert.Null(HostileWorld.Run(seed));
    }

    [Fact]
    public void OneSeedIsOneWorldBitForBit()
    {
        Assert.Equal(HostileWorld.TraceHash(3), HostileWorld.TraceHash(3));
        Assert.NotEqual(HostileWorld.TraceHash(3), HostileWorld.TraceHash(4));
    }

    [Fact]
    public void ATraceCanBeRead()
    {
        using var trace = new StringWriter();

        Assert.Null(HostileWorld.Run(3, trace));

        var lines = trace.ToString().Split('\n');
        Assert.Contains(lines, line => line.Contains("tell 1: ~", default));
        Assert.Contains(lines, line => line.Contains("parted", default));
        Assert.Contains(lines, line => line.Contains("path to ~", default));
        Assert.Contains(lines, line => line.Contains("loses n", default));
        Assert.Equal(4, lines.Where(IsRemoval).Select(Removed).Distinct().Count());
        Assert.Contains(lines, line => line.Contains("is for nobody", default));
        // Some of those who may have what they want do not get it: it is an adversary's.
        Assert.InRange(lines.Count(line => line.Contains("has file", default)), 8, 21);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 400));
    }

    [Fact]
    public void NoInvariantBreaksWhateverAdversariesDo()
    {
        var faults = ParallelEnumerable
            .Range(1, Count)
            .Select(seed => HostileWorld.Run((ulong)seed))
            .Where(fault => fault is not null);

        Assert.Empty(faults.Take(1));
    }

    private static bool IsRemoval(string line) => line.Contains(" removes n", default);

    // Of a pair, whichever side says it.
    private static string Removed(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', new[] { words[1], words[3] }.Order(StringComparer.Ordinal));
    }

    private static bool IsSeed(string line) => line.Length > 0 && line[0] != '#';
}
