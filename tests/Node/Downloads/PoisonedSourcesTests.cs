using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>
/// Ten sources in virtual time, of which three send wrong bytes: in all that they send, in a tenth
/// of it, in a hundredth. Which is asked for what, the check of each run and the list of the guilty
/// are the daemon's own.
/// </summary>
public sealed class PoisonedSourcesTests
{
    private const int Seeds = 10;
    private static readonly double[] Clean = new double[10];
    private static readonly double[] Poisoned = [1, 0.1, 0.01, .. new double[7]];

    [Fact]
    public void OfAFileWhoeverSentWrongBytesIsNamedByTheLeafAndNobodyElse() =>
        Fetch([SeededBytes.Of((100 << 20) + 77, 1)]);

    [Fact]
    public void OfSmallFilesToo()
    {
        var random = new Random(1);
        Fetch([
            .. Enumerable.Range(0, 4000).Select(i => SeededBytes.Of(random.Next(1, 50_000), i)),
        ]);
    }

    private static void Fetch(byte[][] files)
    {
        var content = files.Select(bytes => new PoisonedFile(bytes)).ToArray();
        var clean = new PoisonedWorld(content, 0, Clean);
        var seconds = clean.Fetch();
        Assert.Empty(clean.Sent);
        var caught = new int[Poisoned.Length];
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var world = new PoisonedWorld(content, seed, Poisoned);
            var goodput = seconds / world.Fetch();
            Assert.True(goodput >= 0.6, $"seed {seed}: {goodput:P0} of the clean one");
            world.NamesThemAll();
            foreach (var source in world.Guilty)
                caught[source]++;
        }

        Assert.Equal(Seeds, caught[0]);
        // The others are not asked for something wrong each time, but in some of them.
        Assert.All(caught[..3], times => Assert.InRange(times, 1, Seeds));
        Assert.All(caught[3..], times => Assert.Equal(0, times));
    }
}
