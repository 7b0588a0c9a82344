using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Holdings;

/// <summary>Many fetch the same from few, and help each other.</summary>
public sealed class SwarmTests
{
    [Fact]
    public void Twenty_have_it_in_at_most_one_and_a_half_times_the_time_of_one()
    {
        var (alone, _) = Flash(1);
        var (all, seedBytes) = Flash(20);
        Assert.InRange(alone, 10, 11);
        Assert.InRange(all / alone, 1, 1.5);
        // Of most runs one copy leaves the source.
        Assert.InRange(seedBytes, 200, 290);
    }

    [Fact]
    public void What_links_brought_before_the_crowd_came_is_not_asked_of_them_now()
    {
        var world = New(out var seed);
        var nodes = Enumerable.Range(0, 20).Select(_ => world.Node(100e6)).ToList();
        foreach (var node in nodes)
        {
            // Each alone, at all of the source's rate.
            world.Get(node, isQuiet: true);
            world.Run([node]);
        }

        world.Begin(SwarmWorld.Mebibytes(200, name: 8));
        world.HoldAll(seed);
        seed.Sent = 0;
        world.RunFor(5);
        nodes.ForEach(node => world.Get(node));
        var begin = world.Now;
        world.Run(nodes);
        Assert.InRange(nodes.Max(node => (node.DoneAt!.Value - begin).TotalSeconds), 10, 15);
        Assert.InRange(seed.Sent >> 20, 200, 290);
    }

    [Fact]
    public void Liars_and_leavers_among_them_do_not_hold_up_the_others()
    {
        var world = New(out _);
        var honest = Fetchers(world, 6);
        var liars = Fetchers(world, 3);
        var leavers = Fetchers(world, 3);
        world.Say = (node, message) => liars.Contains(node) ? Boast(message) : message;
        leavers.ForEach(node => world.In(4, () => world.Unlink(node)));
        var begin = world.Now;
        world.Run(honest);
        Assert.InRange(honest.Max(node => node.DoneAt!.Value - begin).TotalSeconds, 10, 19);
        Assert.True(world.NotFound > 0);
        // Each honest one believed each liar once: until the first answer.
        Assert.InRange(world.NotFound, 1, 6 * 3 * 4 * 4);
    }

    [Fact]
    public void Who_fetches_quietly_is_neither_told_of_nor_tells()
    {
        foreach (var isSet in (bool[])[true, false])
        {
            var world = New(out _);
            var node = world.Node(100e6, shareParts: !isSet);
            var other = world.Node(100e6);
            world.Get(node, isQuiet: !isSet);
            world.Run([node]);
            Assert.DoesNotContain(world.Messages, IsOurs);
            world.Get(other);
            world.Run([other]);
            Assert.Contains(world.Messages, m => m.KindCase == Message.KindOneofCase.Seeks);
            Assert.DoesNotContain(world.Messages, m => m.KindCase == Message.KindOneofCase.Holds);
        }
    }

    [Fact]
    public void Tags_of_one_content_look_different_each_time_and_name_it_not()
    {
        var world = New(out _);
        Fetchers(world, 3);
        world.RunFor(3);
        var seeks = world
            .Messages.Where(m => m.KindCase == Message.KindOneofCase.Seeks)
            .Select(m => m.Seeks)
            .ToList();
        Assert.NotEmpty(seeks);
        Assert.Equal(seeks.Count, seeks.Select(s => s.Tags).Distinct().Count());
        var root = ByteString.CopyFrom(world.Content.Root.ToArray()[..8]);
        Assert.DoesNotContain(seeks, s => s.Tags == root);
    }

    [Fact]
    public void News_of_runs_are_folded()
    {
        var world = New(out _);
        var nodes = Fetchers(world, 2);
        var begin = world.Now;
        world.Run(nodes);
        var seconds = (world.Now - begin).TotalSeconds;
        var holds = world.Messages.Count(m => m.KindCase == Message.KindOneofCase.Holds);
        Assert.InRange(holds, 5, 2 * ((2 * seconds) + 4));
    }

    private static bool IsOurs(Message message) =>
        message.KindCase is Message.KindOneofCase.Seeks or Message.KindOneofCase.Holds;

    /// <summary>It says that it holds all.</summary>
    private static Message Boast(Message message)
    {
        if (message.KindCase != Message.KindOneofCase.Holds)
            return message;
        var all = new byte[25];
        all.AsSpan().Fill(0xFF);
        var held = new Held
        {
            Tag = 0,
            Bits = ByteString.CopyFrom(all),
            Proof = message.Holds.Held[0].Proof,
        };
        return new()
        {
            Holds = new() { Seek = message.Holds.Seek, Held = { held } },
        };
    }

    private static (double Seconds, double SeedMebibytes) Flash(int count)
    {
        var world = New(out var seed);
        var begin = world.Now;
        var others = Fetchers(world, count);
        world.Run(others);
        return (
            others.Max(node => (node.DoneAt!.Value - begin).TotalSeconds),
            seed.Sent / (1024.0 * 1024)
        );
    }

    private static SwarmWorld New(out SwarmNode seed)
    {
        var world = new SwarmWorld { Content = SwarmWorld.Mebibytes(200) };
        seed = world.Node(20e6);
        seed.IsSeed = true;
        world.HoldAll(seed);
        return world;
    }

    private static List<SwarmNode> Fetchers(SwarmWorld world, int count)
    {
        var nodes = Enumerable.Range(0, count).Select(_ => world.Node(100e6)).ToList();
        nodes.ForEach(node => world.Get(node));
        return nodes;
    }
}
