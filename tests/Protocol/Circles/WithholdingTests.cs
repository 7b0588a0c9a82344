using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>A friend that tells much and gives little is asked last.</summary>
public sealed class WithholdingTests
{
    private const int Withholder = 0;
    private const int Honest = 1;
    private readonly OneEngine _engine = new();
    private int _next;

    // It has brought nothing, so it would have the least to bring.
    [Fact]
    public void WhoNeverGaveIsNotPreferred()
    {
        var own = new OwnPseudonym(77);
        _engine.Open(Honest);
        _engine.Open(Withholder);
        _engine.Drain();
        _engine.Tell(Honest, [Signed(own, 1)]);
        _engine.Give(Asked());
        var lonely = Heads(1);
        _engine.Tell(Withholder, lonely);
        End(Asked(), CircleEnd.CutOff);
        var gone = ByteString.CopyFrom(lonely[0].Pseudonym.Key.ToArray());
        _engine.Say(Withholder, new Heads { News = { new HeadNews { Gone = gone } } });
        // Its rest is over.
        _engine.Advance(TimeSpan.FromSeconds(30));
        _engine.Drain();
        var next = Signed(own, 2);
        // Who brought it before is waited for a little; then both may be asked.
        _engine.Tell(Withholder, [next]);
        _engine.Tell(Honest, [next]);
        Assert.Equal(OneEngine.FriendOf(Honest), Asked().Friend);
    }

    [Fact]
    public void AnAnswerThatEndsEarlyIsAFailure()
    {
        _engine.Open(Withholder);
        _engine.Drain();
        _engine.Tell(Withholder, Heads(2));
        var ask = Asked();
        // One of two, each time: that is no reason to forget, or to ask again at once.
        _engine.Sync.Handle(
            new Input.CircleFetched(ask.Ask, 0, CircleEnd.Held, 100, default),
            _engine.Now
        );
        End(ask, CircleEnd.Held);
        Assert.DoesNotContain(_engine.Drain(), effect => effect is Effect.FetchCircle);
        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 6; i++)
        {
            var begun = _engine.Now;
            Effect.FetchCircle? again = null;
            while (again is null)
                again = _engine.Wait().OfType<Effect.FetchCircle>().SingleOrDefault();
            pauses.Add(_engine.Now - begun);
            End(again, CircleEnd.Held);
        }

        Assert.True(pauses[^1] > 8 * pauses[0], string.Join(", ", pauses));
    }

    [Fact]
    public void AWantThatFailsByItselfWaits()
    {
        _engine.Open(Withholder);
        _engine.Drain();
        _engine.Tell(Withholder, Heads(1));
        var ask = Asked();
        var failed = new Input.CircleFetched(ask.Ask, 0, CircleEnd.OurFault, 0, default);
        _engine.Sync.Handle(failed, _engine.Now);
        End(ask, CircleEnd.Held);
        Assert.DoesNotContain(_engine.Drain(), effect => effect is Effect.FetchCircle);
    }

    [Fact]
    public void ALinkLostDuringAnAskIsAFailure()
    {
        var pauses = new List<TimeSpan>();
        _engine.Open(Withholder);
        _engine.Drain();
        _engine.Tell(Withholder, Heads(1));
        var ask = Asked();
        for (var i = 0; i < 6; i++)
        {
            _engine.Sync.HandleClosed(OneEngine.LinkOf(Withholder), _engine.Now);
            End(ask, CircleEnd.CutOff);
            _engine.Open(Withholder);
            var begun = _engine.Now;
            var asks = _engine.DrainOrWait().OfType<Effect.FetchCircle>().ToList();
            while (asks.Count == 0)
                asks = [.. _engine.Wait().OfType<Effect.FetchCircle>()];
            pauses.Add(_engine.Now - begun);
            ask = Assert.Single(asks);
        }

        Assert.True(pauses[0] > TimeSpan.Zero);
        Assert.True(pauses[^1] > 8 * pauses[0], string.Join(", ", pauses));
    }

    private static SignedHead Signed(OwnPseudonym own, int version) =>
        own.Sign(1_799_999_000 + version, Sets.Of(10, changed: version).Head, 2);

    private List<SignedHead> Heads(int count) =>
        OneEngine.Heads(count, entries: 10, first: _next += 100);

    private Effect.FetchCircle Asked() =>
        Assert.Single(_engine.Drain().OfType<Effect.FetchCircle>());

    private void End(Effect.FetchCircle ask, CircleEnd end) =>
        _engine.Sync.Handle(new Input.CircleAskEnded(ask.Ask, end), _engine.Now);
}
