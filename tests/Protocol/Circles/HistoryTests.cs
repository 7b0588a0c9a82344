using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>
/// Whatever happened, when all links are up and nothing is under way both sides of each hold
/// the same set, and everybody holds what it should.
/// </summary>
public sealed class HistoryTests
{
    // FRIENDNET_SEEDS histories, 300 if not set.
    private static readonly int Histories = int.TryParse(
        Environment.GetEnvironmentVariable("FRIENDNET_SEEDS"),
        out var count
    )
        ? count
        : 300;

    [Fact]
    public void RandomHistoriesEndWhereTheRuleSays() =>
        Parallel.For(1, Histories + 1, seed => Run(new Random(seed), seed));

    private static void Run(Random random, int seed)
    {
        var world = new CircleWorld();
        try
        {
            Live(world, random);
            Oracle.Check(world);
        }
        catch (Exception wrong)
        {
            throw new InvalidOperationException($"In the history of seed {seed}: {wrong}", wrong);
        }
    }

    private static void Live(CircleWorld world, Random random)
    {
        var nodes = Enumerable
            .Range(0, random.Next(2, 9))
            .Select(i => world.Add($"n{i}", random.Next(1, 5)))
            .ToArray();
        var pairs = (
            from i in Enumerable.Range(0, nodes.Length)
            from k in Enumerable.Range(0, i)
            where i == k + 1 || random.Next(3) == 0
            select (nodes[i], nodes[k])
        ).ToArray();
        foreach (var (a, b) in pairs)
            world.Connect(a, b);
        for (var step = random.Next(3, 15); step > 0; step--)
        {
            Step(world, random, nodes, pairs);
            // Often in the middle of what the last step began.
            world.Run(TimeSpan.FromMilliseconds(Math.Exp(random.NextDouble() * 9)));
        }

        foreach (var (a, b) in pairs)
        {
            if (a.LinkTo(b) is null)
                world.Connect(a, b);
        }

        // Rests and waits are over by then, and the last own head is signed.
        world.Run(1800);
        AssertOneCompareALink(world);
    }

    private static void Step(
        CircleWorld world,
        Random random,
        CircleNode[] nodes,
        (CircleNode A, CircleNode B)[] pairs
    )
    {
        var node = nodes[random.Next(nodes.Length)];
        var (a, b) = pairs[random.Next(pairs.Length)];
        switch (random.Next(8))
        {
            case 0:
                node.Show(EntrySet.Empty);
                break;
            case <= 3:
                node.Show(Sets.Of(random.Next(1, 6), node.Name, random.Next(6)));
                break;
            case 4:
                // Some of what was told last is not on disk yet.
                node.Restart(_ => random.Next(4) > 0);
                break;
            default:
                if (a.LinkTo(b) is null)
                    world.Connect(a, b);
                else
                    world.Disconnect(a, b);
                break;
        }
    }

    private static void AssertOneCompareALink(CircleWorld world)
    {
        foreach (
            var kind in (Message.KindOneofCase[])
                [Message.KindOneofCase.HeadsAsk, Message.KindOneofCase.HeadsHave]
        )
        {
            var most = world
                .Messages.Where(sent => sent.Message.KindCase == kind)
                .GroupBy(sent => (sent.From, sent.Link))
                .Select(group => group.Count())
                .DefaultIfEmpty()
                .Max();
            Assert.InRange(most, 0, 1);
        }
    }
}
