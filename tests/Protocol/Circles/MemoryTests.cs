using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>What counts the memory of the whole process: nothing may run beside it.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    [Fact]
    public void APseudonymTakesFewBytes()
    {
        const int Friends = 4;
        var heads = OneEngine.Heads(4000, entries: 10);
        var each = BytesOfEach(heads, Friends);
        // An offer of 16 bytes each, and its place among those of the friend.
        Assert.InRange(each, 50, 173 + ((16 + 8) * Friends) + 30);
    }

    // A friend that takes nothing any more, and another that tells and takes back.
    [Fact]
    public void WhatIsGoneLeavesNothing()
    {
        const int Rounds = 20;
        var heads = Enumerable
            .Range(0, Rounds)
            .Select(round => OneEngine.Heads(200, entries: 10, first: 200 * round))
            .ToArray();
        var engine = new OneEngine();
        engine.Open(0);
        engine.Open(9);
        Flap(engine, heads[0]);
        Flap(engine, heads[1]);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var some in heads[2..])
            Flap(engine, some);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(bytes / (200 * (Rounds - 2)), long.MinValue, 40);
        GC.KeepAlive(heads);
        GC.KeepAlive(engine);
    }

    private static void Flap(OneEngine engine, List<SignedHead> heads)
    {
        engine.Say(0, new Heads { News = { heads.Select(head => News(head, 1)) } });
        while (engine.Drain().OfType<Effect.FetchCircle>().ToArray() is { Length: > 0 } asks)
        {
            foreach (var ask in asks)
                engine.Give(ask);
        }

        engine.Advance(TimeSpan.FromSeconds(20));
        engine.Say(0, new Heads { News = { heads.Select(head => News(head, 0)) } });
        for (var i = 0; i < 6; i++)
            engine.Advance(TimeSpan.FromSeconds(30));
        engine.Drain();
    }

    private static HeadNews News(SignedHead head, uint hops) =>
        hops == 0
            ? new HeadNews { Gone = ByteString.CopyFrom(head.Pseudonym.Key.ToArray()) }
            : new HeadNews { Head = UnsafeByteOperations.UnsafeWrap(head.Encoded), Hops = hops };

    // The heads themselves, 250 bytes each, are the caller's.
    private static long BytesOfEach(List<SignedHead> heads, int friends)
    {
        var read = heads.ToDictionary(head => head.Pseudonym);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var engine = new OneEngine(bytes =>
            SignedHead.TryPeek(bytes.Span, out var id) ? read[id] : null
        );
        for (var friend = 0; friend < friends; friend++)
        {
            engine.Open(friend);
            foreach (var batch in heads.Chunk(Limits.HeadsBatchMax))
            {
                engine.Tell(friend, batch);
                while (
                    engine.Drain().OfType<Effect.FetchCircle>().ToArray() is { Length: > 0 } asks
                )
                {
                    foreach (var ask in asks)
                        engine.Give(ask);
                }
            }
        }

        while (engine.Wait().Count > 0) { }
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / heads.Count;
        Assert.Equal(friends, engine.Sync.RoutesTo(heads[0].Pseudonym).Count);
        GC.KeepAlive(read);
        return each;
    }
}
