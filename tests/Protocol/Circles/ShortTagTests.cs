using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>Four bytes of a root say which catalog is meant, unless two begin alike.</summary>
public sealed class ShortTagTests
{
    private readonly OneEngine _engine = new();
    private readonly SignedHead _one = OneEngine.Head(1, 10, Root(7));
    private readonly SignedHead _other = OneEngine.Head(2, 10, Root(8));

    [Fact]
    public void OneThatIsToldIsMeant()
    {
        Hold(_one);

        Assert.Equal([_one], Served(isFull: false, (_one, 0)));
    }

    [Fact]
    public void OfTwoThatBeginAlikeNeither()
    {
        Hold(_one, _other);

        Assert.Equal([_other, null], Served(isFull: false, (_other, 1), (_one, 0)));
        Assert.Equal([_other, _one], Served(isFull: true, (_other, 0), (_one, 0)));
    }

    [Fact]
    public void WhatIsMissingIsAskedForByTheWholeTag()
    {
        _engine.Open(0);
        _engine.Tell(0, [_one]);
        var ask = Assert.Single(_engine.Drain().OfType<Effect.FetchCircle>());
        Assert.False(ask.IsFull);
        _engine.Sync.Handle(
            new Input.CircleFetched(ask.Ask, 0, CircleEnd.Missing, 0, default),
            _engine.Now
        );
        _engine.Sync.Handle(new Input.CircleAskEnded(ask.Ask, CircleEnd.Held), _engine.Now);

        List<Effect> effects = [];
        while (!effects.OfType<Effect.FetchCircle>().Any())
            effects = _engine.Wait();

        Assert.True(effects.OfType<Effect.FetchCircle>().Single().IsFull);
    }

    [Fact]
    public void NamedOnesComeFirst()
    {
        var request = CircleWants.Of([(5, 6), (7, 0), (1UL << 40, 0)], isFull: false);

        Assert.Equal(3, CircleWants.Count(request));
        Assert.Equal(new CircleWanting(5, false, 6), CircleWants.At(request, 0));
        Assert.True(CircleWants.At(request, 1).Means((9UL << 32) | 7));
        Assert.False(CircleWants.At(request, 1).Means(8));
        Assert.Equal(new CircleWanting(0, true, 0), CircleWants.At(request, 2));
    }

    // They differ in the fifth byte alone.
    private static Hash256 Root(byte fifth)
    {
        var bytes = new byte[Hash256.Size];
        (bytes[0], bytes[4]) = (1, fifth);
        return new Hash256(bytes);
    }

    private void Hold(params SignedHead[] heads)
    {
        _engine.Open(0);
        _engine.Say(0, new Heads { News = { heads.Select(News) } });
        foreach (var ask in _engine.Drain().OfType<Effect.FetchCircle>())
            _engine.Give(ask);
        _engine.Open(1);
        _engine.Drain();
    }

    private static HeadNews News(SignedHead head) =>
        new() { Head = ByteString.CopyFrom(head.Encoded.Span), Hops = 1 };

    private IReadOnlyList<SignedHead?> Served(
        bool isFull,
        params (SignedHead Head, ulong Have)[] wants
    )
    {
        var request = CircleWants.Of(
            [.. wants.Select(want => (want.Head.Head.Content.Root.Tag, want.Have))],
            isFull
        );
        var link = OneEngine.LinkOf(1);
        _engine.Sync.HandleRequest(link, new StreamId(1), request, _engine.Now);
        var serve = Assert.Single(_engine.Drain().OfType<Effect.ServeCircle>());
        var served = new Input.CircleServed(OneEngine.FriendOf(1), link, new StreamId(1));
        _engine.Sync.Handle(served, _engine.Now);
        return serve.Wants;
    }
}
