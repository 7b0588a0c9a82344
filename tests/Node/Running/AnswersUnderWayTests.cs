using FriendNet.Node.Blocks;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Circles;
using FriendNet.Node.Links;
using FriendNet.Node.Running;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Catalogs;
using FriendNet.Tests.Node.Circles;
using FriendNet.Tests.Node.Links;
using FriendNet.Tests.Node.Serving;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;
using ResetCode = FriendNet.Protocol.Wire.ResetCode;

namespace FriendNet.Tests.Node.Running;

/// <summary>Lists that are read and wait to be sent, while less is to be seen.</summary>
public sealed class AnswersUnderWayTests : IDisposable
{
    private readonly AudienceFixture _fixture = new();
    private readonly StoreFixture _store = new();
    private readonly Publisher _ours = new();
    private readonly Publisher _other = new();
    private readonly Side _alice = new("Alice");
    private readonly Side _bob = new("Bob");
    private readonly WaitsSeen _time = new();
    private readonly List<Block> _taken = [];
    private readonly BlockQuota _blocks;
    private readonly Link _link;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public AnswersUnderWayTests()
    {
        (_link, _) = _bob.LinkTo(_alice);
        _blocks = new BlockQuota(_time);
        while (_blocks.TryRent(new(Stranger(_taken.Count), null, default), out var block))
        {
            _taken.Add(block);
        }
    }

    public void Dispose()
    {
        _taken.ForEach(block => block.Return());
        _alice.Dispose();
        _bob.Dispose();
        _ours.Dispose();
        _other.Dispose();
        _store.Dispose();
        _fixture.Dispose();
        _time.Seen.Dispose();
    }

    [Fact]
    public async Task WhatAFriendSeesNoMoreIsNotSentToIt()
    {
        await _fixture.Share("all", Audience.AllFriends);
        await _fixture.Share("named", _fixture.Of(4));
        await _fixture.Told(_fixture.Named, 2);
        await _fixture.Told(_fixture.Other, 1);
        var answers = new CatalogAnswers(
            _alice.Our.Links,
            _fixture.Views,
            _blocks,
            _ => { },
            Assert.Fail
        );
        _fixture.Audiences.SeesLess = viewer => answers.Reset(viewer);
        var named = await Ask(_fixture.Named);
        var other = await Ask(_fixture.Other);

        _fixture.Change("named", _fixture.Of(0));
        Assert.Equal(ResetCode.NotFound, named.Wait());
        Assert.Empty(named.Pieces);
        GiveBlocks();
        Assert.Null(other.Wait());

        async Task<Collected> Ask(FriendId viewer)
        {
            var request = new CatalogRequest();
            var (sink, asked) = Open(new Request { Catalog = request });
            answers.Serve(new Effect.ServeCatalog(asked.Link, asked.Stream, viewer, request));
            Assert.True(await _time.Seen.WaitAsync(Side.Patience, Cancel));
            return sink;
        }
    }

    [Fact]
    public async Task WhatTheCircleSeesNoMoreIsNotSentToIt()
    {
        await _fixture.Share("round", Audience.OfCircle);
        await _fixture.Share("leaves", Audience.OfCircle);
        await _fixture.Told(Views.Circle, 2);
        var own = new OwnCircle(_fixture.Views);
        var ours = _ours.Head(own.Take(default, out var _)!.Value);
        var entries = Sample.Entries(1, 30);
        var others = _other.Head(entries);
        var whole = new MemoryStream(Publisher.Whole(entries));
        _store.ApplyCircle(StoreFixture.Bob, others, null, whole);
        var answers = new CircleAnswers(
            _alice.Our.Links,
            new CircleReads(_store.Store),
            own,
            _blocks,
            Path.GetTempPath(),
            _ => { },
            Assert.Fail
        );
        _fixture.Audiences.SeesLess = viewer =>
        {
            Assert.Equal(Views.Circle, viewer);
            answers.Narrow();
        };
        var ofOurs = Ask(ours);
        Assert.True(await _time.Seen.WaitAsync(Side.Patience, Cancel));
        var ofOthers = Ask(others);
        Assert.True(await _time.Seen.WaitAsync(Side.Patience, Cancel));

        _fixture.Change("leaves", _fixture.Of(0));
        Assert.Equal(ResetCode.NotFound, ofOurs.Wait());
        Assert.Empty(ofOurs.Pieces);
        GiveBlocks();
        Assert.Null(ofOthers.Wait());
        // As if nobody had it, until what is left is signed.
        Assert.Equal(ResetCode.NotFound, Ask(ours).Wait());
        await _fixture.Told(Views.Circle, 1);
        Assert.Null(Ask(_ours.Head(own.Take(ours.Head.Content, out _)!.Value)).Wait());

        Collected Ask(SignedHead head)
        {
            var request = CircleWants.Of([(head.Head.Content.Root.Tag, 0)], isFull: true);
            var (sink, asked) = Open(new Request { Circle = request });
            answers.Serve(
                new Effect.ServeCircle(asked.Link, asked.Stream, _bob.Id, [head], request)
            );
            return sink;
        }
    }

    private static FriendId Stranger(int number) => FriendId.Of([(byte)number]);

    private void GiveBlocks()
    {
        _taken.ForEach(block => block.Return());
        _taken.Clear();
    }

    private (Collected Sink, Input.RequestReceived Asked) Open(Request request)
    {
        var sink = new Collected();
        _link.Open(request, (int)Limits.CatalogBytesMax, sink);
        return (sink, _alice.Next<Input.RequestReceived>());
    }

    /// <summary>Tells when somebody begins to wait for a block.</summary>
    private sealed class WaitsSeen : TimeProvider
    {
        internal SemaphoreSlim Seen { get; } = new(0);

        public override ITimer CreateTimer(
            TimerCallback callback,
            object? state,
            TimeSpan dueTime,
            TimeSpan period
        )
        {
            Seen.Release();
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
