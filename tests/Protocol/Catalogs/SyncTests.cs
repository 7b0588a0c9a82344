using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

public sealed class SyncTests
{
    private static readonly FriendId Bob = new(7);
    private static readonly LinkId Link = new(1);
    private readonly Queue<Effect> _effects = new();
    private readonly CatalogSync _sync;
    private Instant _now = new(1_000_000_000);

    public SyncTests() => _sync = new CatalogSync(new Seeded(), _effects, entriesMax: 1000);

    [Fact]
    public void ReconnectWithNothingNewCostsTwoHeads()
    {
        var head = HeadOf(1);
        _sync.HandleHeld(Bob, head, _now);
        _sync.HandleView(Bob, HeadOf(2));
        _sync.HandleOpened(Link, Bob);
        Tell(head);
        var sent = Assert.IsType<Effect.Send>(Assert.Single(Drain()));
        var bytes = 2 * (sent.Message.CalculateSize() + FrameHeader.Bytes + 32);
        Assert.InRange(bytes, 64, 250);
    }

    [Fact]
    public void AHeadIsToldOnceALink()
    {
        _sync.HandleOpened(Link, Bob);
        Assert.Empty(Drain());
        _sync.HandleView(Bob, HeadOf(2));
        Assert.IsType<Effect.Send>(Assert.Single(Drain()));
        _sync.HandleView(Bob, HeadOf(2));
        Assert.Empty(Drain());
        _sync.HandleOpened(new LinkId(2), Bob);
        var again = Assert.IsType<Effect.Send>(Assert.Single(Drain()));
        Assert.Equal(new LinkId(2), again.Link);
    }

    [Fact]
    public void WhoChangesAllTheTimeIsAskedAFifthOfTheTime()
    {
        _sync.HandleOpened(Link, Bob);
        var (started, busy) = (_now, TimeSpan.Zero);
        for (byte round = 1; round <= 20; round++)
        {
            Tell(HeadOf(round));
            if (_sync.Deadline is { } due && due > _now)
            {
                Assert.Empty(Drain());
                _now = due;
                _sync.Poll(_now);
            }

            var sync = Assert.IsType<Effect.SyncCatalog>(Assert.Single(Drain()));
            _now += TimeSpan.FromSeconds(5);
            busy += TimeSpan.FromSeconds(5);
            _sync.HandleHeld(Bob, sync.Wanted, _now);
        }

        Assert.InRange(busy / (_now - started), 0.1, 0.25);
        // What takes long is not late for long.
        Tell(HeadOf(21));
        _now = _sync.Deadline!.Value;
        _sync.Poll(_now);
        _now += TimeSpan.FromMinutes(10);
        _sync.HandleHeld(Bob, HeadOf(21), _now);
        Tell(HeadOf(22));
        Assert.InRange((_sync.Deadline!.Value - _now).TotalSeconds, 1, 60);
    }

    [Fact]
    public void NewHeadsWaitForTheSyncUnderWayAndTheNewestWins()
    {
        _sync.HandleOpened(Link, Bob);
        Tell(HeadOf(1));
        Assert.Equal(HeadOf(1), Assert.IsType<Effect.SyncCatalog>(Assert.Single(Drain())).Wanted);
        Tell(HeadOf(2));
        Tell(HeadOf(3));
        Assert.Empty(Drain());
        _sync.HandleHeld(Bob, HeadOf(1), _now);
        Assert.Equal(HeadOf(3), Assert.IsType<Effect.SyncCatalog>(Assert.Single(Drain())).Wanted);
        _sync.HandleHeld(Bob, HeadOf(3), _now);
        Assert.Empty(Drain());
        Assert.Null(_sync.Deadline);
    }

    [Fact]
    public void FailuresBackOffAndLiesForLong()
    {
        _sync.HandleOpened(Link, Bob);
        Tell(HeadOf(1));
        var waits = new List<TimeSpan>();
        foreach (var lasting in (bool[])[false, false, false, true])
        {
            Assert.Contains(Drain(), e => e is Effect.SyncCatalog);
            _sync.HandleFailed(Bob, "why", lasting, _now);
            Assert.Equal("why", Assert.IsType<Effect.CatalogWaits>(Assert.Single(Drain())).Why);
            // Even a new head does not shorten it: a liar has as many as it likes.
            Tell(HeadOf((byte)(1 + waits.Count)));
            Assert.Empty(Drain());
            waits.Add(_sync.Deadline!.Value - _now);
            _now = _sync.Deadline!.Value;
            _sync.Poll(_now);
        }

        Assert.InRange(waits[0].TotalSeconds, 0.5, 1);
        Assert.InRange(waits[2].TotalSeconds, 2, 4);
        Assert.InRange(waits[3].TotalSeconds, 300, 86_400);
    }

    [Fact]
    public void AFriendThatGivesOtherThanItTellsIsNotAskedInALoop()
    {
        _sync.HandleOpened(Link, Bob);
        Tell(HeadOf(1));
        Drain();
        _sync.HandleHeld(Bob, HeadOf(2), _now);
        Assert.Empty(Drain());
        Assert.NotNull(_sync.Deadline);
    }

    [Fact]
    public void TooLargeACatalogIsSaidOnceAndNotFetched()
    {
        _sync.HandleOpened(Link, Bob);
        Tell(HeadOf(1) with { Entries = 1001 });
        Assert.IsType<Effect.CatalogWaits>(Assert.Single(Drain()));
        _sync.Poll(_now);
        Assert.Empty(Drain());
        Tell(HeadOf(1) with { Entries = 1000 });
        Assert.IsType<Effect.SyncCatalog>(Assert.Single(Drain()));
    }

    [Fact]
    public void ALostLinkIsNoFailure()
    {
        _sync.HandleOpened(Link, Bob);
        Tell(HeadOf(1));
        Drain();
        _sync.HandleClosed(Link);
        _sync.HandleFailed(Bob, "cut", lasting: false, _now);
        Assert.Empty(Drain());
        _sync.HandleOpened(new LinkId(2), Bob);
        Tell(HeadOf(1), new LinkId(2));
        Assert.IsType<Effect.SyncCatalog>(Assert.Single(Drain()));
    }

    [Fact]
    public void OneAnswerAtATime()
    {
        _sync.HandleOpened(Link, Bob);
        Request(1);
        Assert.IsType<Effect.ServeCatalog>(Assert.Single(Drain()));
        Request(3);
        Assert.Equal(ResetCode.Busy, Assert.IsType<Effect.Refuse>(Assert.Single(Drain())).Code);
        _sync.HandleServed(Link, new StreamId(1));
        Request(5);
        Assert.IsType<Effect.ServeCatalog>(Assert.Single(Drain()));
    }

    [Fact]
    public void BadMessagesAreRefused()
    {
        _sync.HandleOpened(Link, Bob);
        _sync.HandleHead(Link, new Head { Root = ByteString.CopyFrom(1, 2) }, _now);
        Assert.IsType<Effect.CloseLink>(Assert.Single(Drain()));
        var root = ByteString.CopyFrom(new byte[32]);
        _sync.HandleHead(Link, new Head { Root = root, Entries = ulong.MaxValue }, _now);
        Assert.IsType<Effect.CloseLink>(Assert.Single(Drain()));
        var request = new CatalogRequest { HaveRoot = ByteString.CopyFrom(1) };
        _sync.HandleRequest(Link, new StreamId(1), request);
        var refusal = Assert.IsType<Effect.Refuse>(Assert.Single(Drain()));
        Assert.Equal(ResetCode.Malformed, refusal.Code);
    }

    [Fact]
    public void ARemovedFriendIsForgotten()
    {
        _sync.HandleOpened(Link, Bob);
        _sync.HandleRemoved(Bob);
        Tell(HeadOf(1));
        Request(1);
        _sync.HandleView(Bob, HeadOf(2));
        Assert.Empty(Drain());
    }

    private static CatalogHead HeadOf(byte value) =>
        new(new Hash256([.. Enumerable.Repeat(value, 32)]), value, value * 1_000_000_000L);

    private void Tell(CatalogHead head, LinkId? link = null) =>
        _sync.HandleHead(
            link ?? Link,
            new Head
            {
                Root = ByteString.CopyFrom(head.Root.ToArray()),
                Entries = (ulong)head.Entries,
                Bytes = (ulong)head.Bytes,
            },
            _now
        );

    private void Request(uint stream) =>
        _sync.HandleRequest(Link, new StreamId(stream), new CatalogRequest());

    private List<Effect> Drain()
    {
        List<Effect> drained = [.. _effects];
        _effects.Clear();
        return drained;
    }

    private sealed class Seeded : IEntropy
    {
        private readonly Random _random = new(1);

        public void Fill(Span<byte> destination) => _random.NextBytes(destination);
    }
}
