using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>Friends who tell and do not give, or give what nobody signed.</summary>
public sealed class LiarTests
{
    private readonly CircleWorld _world = new();
    private readonly CircleNode _a;
    private readonly CircleNode _liar;
    private readonly CircleNode _honest;
    private readonly CircleNode _c;

    // C knows the liar first, so that it is asked first.
    public LiarTests()
    {
        (_a, _liar) = (_world.Add("a"), _world.Add("liar"));
        (_honest, _c) = (_world.Add("honest"), _world.Add("c"));
        _world.Connect(_a, _liar);
        _world.Connect(_a, _honest);
        _world.Connect(_liar, _c);
    }

    [Fact]
    public void WhoAltersIsNamedAndRestsAndTheNextIsAsked()
    {
        _liar.Lie = _ => Sets.Of(20, "forged").Whole.ToArray();
        _a.Show(Sets.Of(20));
        _world.Run(60);
        Assert.Empty(_c.Held);
        Assert.Equal(_liar.Id, Assert.Single(_c.Said.OfType<Effect.CircleWaits>()).Friend);
        // New versions, and another link, do not shorten its rest.
        _a.Show(Sets.Of(21));
        _world.Disconnect(_liar, _c);
        _world.Connect(_liar, _c);
        _world.Run(Limits.CatalogLastingSeconds / 4);
        Assert.Single(_world.Content, sent => sent.From == _liar);
        _world.Connect(_honest, _c);
        _world.Run(10);
        Assert.Equal(Sets.Of(21).Head, _c.Held[_a.Pseudonym].Content.Head);
        _world.Run(Limits.CatalogLastingSeconds);
        Assert.Single(_world.Content, sent => sent.From == _liar);
    }

    [Fact]
    public void WhoSaysThatAnotherIsItselfIsNotBelieved()
    {
        _liar.LieInHops = true;
        _world.Connect(_honest, _c);
        _a.Show(Sets.Of(20));
        _world.Run(60);
        var told = Assert.IsType<Heads>(
            _world
                .Messages.Last(m => m.From == _liar && m.To == _c && m.Message.Heads is not null)
                .Message.Heads
        );
        Assert.Contains(told.News, news => news.Hops == 1);
        Assert.Contains(_c.Said, said => said is Effect.CloseLink { Code: CloseCode.Malformed });
        Assert.Empty(_c.OffersOf(_liar));
        // A's friend and A itself are told apart still.
        var way = Assert.Single(_c.RoutesTo(_a.Pseudonym));
        Assert.Equal((_c.LinkTo(_honest), 2), (way.Link, way.Hops));
        Assert.Equal(1, Assert.Single(_honest.RoutesTo(_a.Pseudonym)).Hops);
    }

    [Fact]
    public void WhoAltersADeltaIsNamedToo()
    {
        _a.Show(Sets.Of(20));
        _world.Run();
        _world.Connect(_honest, _c);
        _world.Run();
        Assert.Single(_c.Held);
        _liar.LieInDeltas = true;
        _a.Show(Sets.Of(20, changed: 3));
        _world.Run();
        Assert.Equal(Sets.Of(20, changed: 3).Head, _c.Held[_a.Pseudonym].Content.Head);
        Assert.Equal(_liar.Id, Assert.Single(_c.Said.OfType<Effect.CircleWaits>()).Friend);
    }

    [Fact]
    public void WhoWithholdsIsGivenUpAndTheNextIsAsked()
    {
        _liar.IsMute = true;
        _a.Show(Sets.Of(20));
        _world.Run(10);
        _world.Connect(_honest, _c);
        _world.Run(15);
        Assert.Empty(_c.Held);
        _world.Run(20);
        Assert.Equal(Sets.Of(20).Head, _c.Held[_a.Pseudonym].Content.Head);
    }

    // What is small is never compared: asking again would bring the same, and again.
    [Fact]
    public void WhoWantsToCompareWhatIsSmallIsLeft()
    {
        var asked = 0;
        _liar.Lie = _ =>
        {
            asked++;
            return [];
        };
        _a.Show(Sets.Of(20));
        _world.Run(60);
        Assert.Equal(1, asked);
    }

    [Fact]
    public void NotToldEqualsUnknown()
    {
        var d = _world.Add("d");
        _world.Connect(_c, d);
        _a.Show(Sets.Of(20));
        _world.Run();
        Assert.Single(_c.Held);
        _c.Said.Clear();
        var link = _c.LinkTo(d)!.Value;
        foreach (var root in (ulong[])[Sets.Of(20).Head.Root.Tag, 12345])
        {
            var request = new CircleRequest { Wants = { new CircleWant { Root = root } } };
            var input = new Request { Circle = request };
            _c.Handle(new Input.RequestReceived(link, new StreamId(2), input));
        }

        var refused = _c.Said.OfType<Effect.Refuse>().ToArray();
        Assert.Equal(2, refused.Length);
        Assert.Equal(refused[0], refused[1]);
        Assert.Equal(ResetCode.NotFound, refused[0].Code);
        Assert.DoesNotContain(_world.Content, sent => sent.From == _c);
    }

    // Another pseudonym with the root that we hold: not to fetch it would show that we do.
    [Fact]
    public void SameRootFromAStrangerIsFetched()
    {
        _a.Show(Sets.Of(20));
        _world.Run();
        var forger = _world.Add("forger");
        _world.Connect(forger, _c);
        forger.Show(Sets.Of(20));
        _world.Run();
        Assert.Equal(2, _c.Held.Count);
        Assert.Single(_world.Content, sent => sent.From == forger && sent.To == _c);
    }
}
