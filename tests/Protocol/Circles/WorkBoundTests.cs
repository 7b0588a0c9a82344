using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>How much one friend can have us do, by asking and by telling.</summary>
public sealed class WorkBoundTests
{
    private readonly OneEngine _engine = new();
    private uint _stream;

    [Fact]
    public void TheSameRootTwiceIsRefused()
    {
        var head = Own(1, entries: 5)[0];
        _engine.Open(0);
        Assert.Equal(ResetCode.Malformed, Refused(Ask(0, head, head)));
        Assert.Equal([head], Served(Ask(0, head)).Wants);
    }

    [Fact]
    public void MoreEntriesAtOnceThanWeWouldAskForAreRefused()
    {
        var heads = Own(3, entries: Limits.CircleAskEntriesMax / 2);
        _engine.Open(0);
        Assert.Equal(ResetCode.Malformed, Refused(Ask(0, [.. heads])));
        // What is missing does not count, so that tells nothing of it.
        var missing = OneEngine.Heads(2, entries: Limits.CircleAskEntriesMax, first: 20);
        var serve = Served(Ask(0, [heads[0], .. missing]), missing: 2);
        _engine.Sync.Handle(
            new Input.CircleServed(serve.Friend, serve.Link, serve.Stream),
            _engine.Now
        );
        // One alone may be of any size.
        Served(Ask(0, Own(1, entries: Limits.CircleAskEntriesMax + 1, first: 10)[0]));
    }

    [Fact]
    public void AFriendHasOneAnswerHoweverOftenItComesAnew()
    {
        var head = Own(1, entries: 5)[0];
        _engine.Open(0);
        var first = Served(Ask(0, head));
        _engine.Sync.HandleClosed(first.Link, _engine.Now);
        _engine.Open(0);
        Assert.Equal(ResetCode.Busy, Refused(Ask(0, head)));
        // Another one is not in its way, and the end of the first one frees it.
        _engine.Open(1);
        Served(Ask(1, head));
        _engine.Sync.Handle(
            new Input.CircleServed(first.Friend, first.Link, first.Stream),
            _engine.Now
        );
        Served(Ask(0, head));
    }

    [Fact]
    public void DeltasOfOneFriendAreAppliedOneAtATime()
    {
        const int Told = Limits.HeadsWindowMax / 2;
        const int Entries = 20;
        var (before, after) = (Sets.Of(Entries), Sets.Of(Entries, changed: 1));
        var delta = after.DeltaFrom(before);
        var sources = Enumerable.Range(1, Told).Select(seed => new OwnPseudonym(seed)).ToArray();
        _engine.Open(0);
        _engine.Tell(0, sources.Select(source => source.Sign(1_799_999_000, before.Head, 2)));
        GiveAll();
        Assert.All(sources, source => Assert.NotEmpty(_engine.Sync.RoutesTo(source.Id)));
        var news = sources.Select(source => new HeadNews
        {
            Head = UnsafeByteOperations.UnsafeWrap(
                source.Sign(1_799_999_001, after.Head, 2).Encoded
            ),
            Hops = 2,
            Delta = ByteString.CopyFrom(delta),
        });
        _engine.Say(0, new Heads { News = { news } });
        var applied = 0;
        while (_engine.Drain().OfType<Effect.ApplyCircle>().ToArray() is { Length: > 0 } applies)
        {
            applied += Assert.Single(applies).Head.Head.Version == 1_799_999_001 ? 1 : 0;
            var done = new Input.CircleFetched(applies[0].Ask, 0, CircleEnd.Held, 1, delta);
            _engine.Sync.Handle(done, _engine.Now);
        }

        Assert.Equal(Told, applied);
        // A lie: what waits behind it is not applied.
        _engine.Say(0, new Heads { News = { Newer(sources, after, before) } });
        var lie = Assert.Single(_engine.Drain().OfType<Effect.ApplyCircle>());
        var lied = new Input.CircleFetched(lie.Ask, 0, CircleEnd.Lied, 0, default);
        _engine.Sync.Handle(lied, _engine.Now);
        Assert.DoesNotContain(_engine.Drain(), effect => effect is Effect.ApplyCircle);
    }

    // Each costs us a look at all that was told: who comes anew too fast waits, whatever it says.
    [Fact]
    public void LinksThatComeTooFastWaitForTheirComparison()
    {
        var begun = 0;
        for (var i = 0; i < 3 * Limits.ComparesBurst; i++)
        {
            Open(root: 7);
            begun += Answered();
            _engine.Sync.HandleClosed(OneEngine.LinkOf(0), _engine.Now);
        }

        Assert.Equal(Limits.ComparesBurst, begun);
        // Others do not wait for it, and the one that stays has its turn.
        _engine.Open(1);
        Assert.Equal(1, Answered());
        Open(root: 7);
        Assert.Equal(0, Answered());
        _engine.Advance(TimeSpan.FromSeconds(Limits.CompareSeconds));
        Assert.Equal(1, Answered());
    }

    // A chain of pseudonyms at one root, each of another friend: few are looked at.
    [Fact]
    public void OfManyAtOneRootFewAreLookedAt()
    {
        const int Friends = 20;
        var root = Sets.Of(10).Head.Root;
        SignedHead[] heads =
        [
            .. Enumerable.Range(0, Friends + 2).Select(i => OneEngine.Head(i, 10, root)),
        ];
        _engine.Open(0);
        _engine.Tell(0, [heads[0]]);
        GiveAll();
        // What the same friend tells at the same root is known to be here.
        _engine.Tell(0, [heads[^1]]);
        Assert.DoesNotContain(_engine.Drain(), effect => effect is Effect.FetchCircle);
        for (var friend = 1; friend < Friends; friend++)
        {
            _engine.Open(friend);
            _engine.Tell(friend, [heads[friend]]);
            GiveAll();
        }

        _engine.Tell(0, [heads[Friends]]);
        Assert.Single(_engine.Drain().OfType<Effect.FetchCircle>());
    }

    // Says that it holds something else, and asks for nodes.
    private void Open(byte root)
    {
        _engine.Drain();
        _engine.Sync.HandleOpened(OneEngine.LinkOf(0), OneEngine.FriendOf(0), _engine.Now);
        var have = new HeadsHave { Root = ByteString.CopyFrom([.. Enumerable.Repeat(root, 32)]) };
        Message[] said =
        [
            new() { HeadsHave = have },
            new() { HeadsAsk = new HeadsAsk { Depth = 1 } },
        ];
        foreach (var message in said)
            _engine.Sync.HandleMessage(OneEngine.LinkOf(0), message, _engine.Now);
    }

    private int Answered()
    {
        List<Message> sent = [.. _engine.Drain().OfType<Effect.Send>().Select(e => e.Message)];
        var have = sent.Count(message => message.HeadsHave is not null);
        Assert.InRange(sent.Count(message => message.HeadsNodes is not null), 0, have);
        return have;
    }

    private static IEnumerable<HeadNews> Newer(OwnPseudonym[] all, EntrySet from, EntrySet to) =>
        all.Select(source => new HeadNews
        {
            Head = UnsafeByteOperations.UnsafeWrap(source.Sign(1_799_999_002, to.Head, 2).Encoded),
            Hops = 2,
            Delta = ByteString.CopyFrom(to.DeltaFrom(from)),
        });

    private void GiveAll()
    {
        for (var asks = _engine.DrainOrWait(); asks.Count > 0; asks = _engine.Drain())
        {
            foreach (var ask in asks.OfType<Effect.FetchCircle>())
                _engine.Give(ask);
        }
    }

    private List<SignedHead> Own(int count, int entries, int first = 0)
    {
        var heads = OneEngine.Heads(count, entries, first);
        _engine.Sync.Handle(new Input.OwnHeads(heads), _engine.Now);
        return heads;
    }

    private List<Effect> Ask(int friend, params SignedHead[] heads)
    {
        var wants = heads.Select(head => new CircleWant { Root = head.Head.Content.Root.Tag });
        var request = new CircleRequest { Wants = { wants } };
        _engine.Drain();
        _engine.Sync.HandleRequest(
            OneEngine.LinkOf(friend),
            new StreamId(_stream += 2),
            request,
            _engine.Now
        );
        return _engine.Drain();
    }

    private static ResetCode Refused(List<Effect> effects) =>
        Assert.IsType<Effect.Refuse>(Assert.Single(effects)).Code;

    private static Effect.ServeCircle Served(List<Effect> effects, int missing = 0)
    {
        var serve = Assert.IsType<Effect.ServeCircle>(Assert.Single(effects));
        Assert.Equal(missing, serve.Wants.Count(want => want is null));
        return serve;
    }
}
