using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
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
        Assert.InRange(each, 50, 165 + (16 * Friends) + 30);
    }

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
