using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>Whatever a friend says, nothing throws, and the others are served.</summary>
public sealed class HostileTests
{
    [Fact]
    public void AnyBytesThatParseAreBorne()
    {
        var random = new Random(5);
        var seeds = Recorded();
        var engine = new OneEngine();
        var known = OneEngine.Heads(200, entries: 3);
        engine.Open(1);
        engine.Tell(1, known);
        var parsed = 0;
        for (var i = 0; i < 100_000; i++)
        {
            if (i % 50 == 0)
                engine.Open(0);
            var body = Mutate(seeds[random.Next(seeds.Length)], random);
            if (ControlMessages.TryParse(body, out Message? message))
            {
                parsed++;
                engine.Sync.HandleMessage(OneEngine.LinkOf(0), message, engine.Now);
            }

            if (
                ControlMessages.TryParse(body, out Request? request) && request.Circle is { } circle
            )
                engine.Sync.HandleRequest(OneEngine.LinkOf(0), new StreamId(2), circle, engine.Now);
            foreach (var ask in engine.Drain().OfType<Effect.FetchCircle>())
                engine.Sync.Handle(Ended(ask, random), engine.Now);
            if (i % 10 == 0)
                engine.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(parsed, 20_000, 100_000);
        engine.Open(2);
        engine.Tell(2, OneEngine.Heads(1, entries: 3, first: 5000));
        Assert.Contains(
            engine.Drain().OfType<Effect.FetchCircle>(),
            ask => ask.Friend == OneEngine.FriendOf(2)
        );
        Assert.All(known, head => Assert.NotEmpty(engine.Sync.RoutesTo(head.Pseudonym)));
    }

    private static Input.CircleAskEnded Ended(Effect.FetchCircle ask, Random random) =>
        new(
            ask.Ask,
            ask.Friend == OneEngine.FriendOf(0) ? (CircleEnd)random.Next(7) : CircleEnd.Missing
        );

    // What honest nodes said to each other, of every kind.
    private static byte[][] Recorded()
    {
        var world = new CircleWorld();
        var nodes = Enumerable.Range(0, 4).Select(i => world.Add($"n{i}", 4)).ToArray();
        for (var i = 1; i < nodes.Length; i++)
            world.Connect(nodes[i - 1], nodes[i]);
        for (var i = 0; i < nodes.Length; i++)
            nodes[i].Show(Sets.Of(5, nodes[i].Name));
        world.Run();
        world.Disconnect(nodes[1], nodes[2]);
        nodes[0].Show(Sets.Of(7));
        world.Run();
        world.Connect(nodes[1], nodes[2]);
        world.Run();
        var request = new CircleRequest
        {
            Wants =
            {
                new CircleWant { Root = 7, Have = 8 },
            },
        };
        byte[][] bodies =
        [
            .. world.Messages.Select(sent => sent.Message.ToByteArray()).Distinct(),
            new Message
            {
                HeadsTaken = new HeadsTaken { Heads = 1, Lazy = { 1, 2 } },
            }.ToByteArray(),
            new Request { Circle = request }.ToByteArray(),
        ];
        var kinds = world.Messages.Select(sent => sent.Message.KindCase).Distinct();
        Assert.Contains(Message.KindOneofCase.HeadsNodes, kinds);
        return bodies;
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var body = seed.ToArray();
        for (var k = random.Next(3); k > 0 && body.Length > 0; k--)
            body[random.Next(body.Length)] = (byte)random.Next(256);
        return body;
    }
}
