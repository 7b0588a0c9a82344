using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>What a friend that was removed, and a head that has expired, leave behind.</summary>
public sealed class LeavingTests
{
    private const int Shared = Limits.CircleEntriesPerFriendMax - Limits.CircleOwnEntriesMax;
    private readonly OneEngine _engine = new();

    [Fact]
    public void ARemovedFriendsEntriesAreNobodysGain()
    {
        _engine.Open(0);
        _engine.Tell(0, OneEngine.Heads(100, entries: 2000));
        Assert.Equal(200_000, GiveAll());
        _engine.Sync.HandleRemoved(OneEngine.FriendOf(0), _engine.Now);
        // The next friend has its number; then what was brought is dropped.
        _engine.Open(1);
        _engine.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(100, _engine.Drain().OfType<Effect.DropCircle>().Count());
        Tell(1, OneEngine.Heads(250, entries: 2000, first: 1000));
        Assert.Equal(Shared, GiveAll());
    }

    [Fact]
    public void WhatAnotherTellsTooCountsForIt()
    {
        var heads = OneEngine.Heads(100, entries: 2000);
        _engine.Open(0);
        _engine.Open(1);
        _engine.Tell(0, heads);
        Assert.Equal(200_000, GiveAll());
        _engine.Tell(1, heads);
        _engine.Sync.HandleRemoved(OneEngine.FriendOf(0), _engine.Now);
        Assert.Equal(100, _engine.Drain().OfType<Effect.KeepCircle>().Count());
        Tell(1, OneEngine.Heads(250, entries: 2000, first: 1000));
        Assert.Equal(Shared - 200_000, GiveAll());
    }

    [Fact]
    public void WhatHasExpiredIsNotTaken()
    {
        var heads = OneEngine.Heads(3, entries: 10);
        _engine.Now += TimeSpan.FromDays(Limits.HeadDays);
        _engine.Open(0);
        _engine.Drain();
        _engine.Tell(0, heads);
        Assert.Empty(_engine.Drain());
        Assert.Empty(_engine.Sync.RoutesTo(heads[0].Pseudonym));
    }

    [Fact]
    public void WhatHasExpiredIsNotTakenUpFromTheStore()
    {
        var heads = OneEngine.Heads(2, entries: 10);
        var friend = OneEngine.FriendOf(0);
        _engine.Now += TimeSpan.FromDays(Limits.HeadDays);
        ToldHead[] told = [.. heads.Select(head => new ToldHead(head, 1))];
        _engine.Sync.Handle(new Input.HeadsKnown(friend, told), _engine.Now);
        HeldCircle[] held = [new HeldCircle(heads[0], friend, 100)];
        _engine.Sync.Handle(new Input.CirclesHeld(held), _engine.Now);
        var effects = _engine.Drain();
        Assert.Equal(2, Assert.Single(effects.OfType<Effect.KeepOffers>()).Changes.Count);
        Assert.Single(effects.OfType<Effect.DropCircle>());
        _engine.Open(0);
        Assert.DoesNotContain(_engine.Drain(), effect => effect is Effect.FetchCircle);
        Assert.Null(_engine.Sync.PathKeyOf(heads[0].Pseudonym));
    }

    // It is asked for, and told again, as long as it is offered, and not a moment longer.
    [Fact]
    public void WhatExpiresWhileItIsStuckIsNotAskedFor()
    {
        _engine.Open(0);
        _engine.Tell(0, OneEngine.Heads(1, entries: 10));
        var ask = Assert.Single(_engine.Drain().OfType<Effect.FetchCircle>());
        var until = TimeSpan.FromDays(Limits.HeadDays) + TimeSpan.FromMinutes(1);
        _engine.Now += until;
        _engine.Sync.Handle(new Input.CircleAskEnded(ask.Ask, CircleEnd.CutOff), _engine.Now);
        _engine.Now += TimeSpan.FromSeconds(5);
        _engine.Sync.Poll(_engine.Now);
        Assert.DoesNotContain(_engine.Drain(), effect => effect is Effect.FetchCircle);
    }

    private void Tell(int friend, IReadOnlyList<SignedHead> heads)
    {
        foreach (var batch in heads.Chunk(Limits.HeadsWindowMax / 2))
        {
            _engine.Tell(friend, batch);
            _engine.Sync.Poll(_engine.Now);
        }
    }

    private long GiveAll()
    {
        var entries = 0L;
        while (_engine.Drain().OfType<Effect.FetchCircle>().ToArray() is { Length: > 0 } asks)
        {
            foreach (var ask in asks)
            {
                entries += ask.Wants.Sum(head => head.Head.Content.Entries);
                _engine.Give(ask);
            }
        }

        return entries;
    }
}
