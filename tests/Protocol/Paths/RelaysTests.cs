using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Paths;

public sealed class RelaysTests
{
    private static readonly LinkId Alice = new(1);
    private static readonly FriendId AliceId = new(1);
    private static readonly LinkId Carol = new(2);
    private static readonly LinkId Dave = new(3);
    private const long FirstBytes = 2L * Limits.RelayFirstBytes;
    private readonly Queue<Effect> _effects = [];
    private List<Route> _routes = [new(Carol, 1)];
    private Instant _now = new(1_000_000);

    [Fact]
    public void APathGoesOnWithOneHopLess()
    {
        var relays = Relays();
        _routes = [new(Carol, 3)];
        Ask(relays, Alice, AliceId, 5, hops: 3);
        var relay = Assert.IsType<Effect.RelayPath>(Assert.Single(Drain()));
        Assert.Equal((Alice, new StreamId(5), Carol), (relay.From, relay.Stream, relay.To));
        Assert.Equal(2u, relay.Request.Hops);
    }

    [Fact]
    public void ToTheOwnerItGoesWithNone()
    {
        var relays = Relays();
        Ask(relays, Alice, AliceId, 5, hops: 3);
        Assert.Equal(0u, Assert.IsType<Effect.RelayPath>(Assert.Single(Drain())).Request.Hops);
    }

    [Fact]
    public void NeverBackAndNeverFurtherThanAsked()
    {
        var relays = Relays();
        _routes = [new(Alice, 1), new(Carol, 2)];
        Ask(relays, Alice, AliceId, 5, hops: 0);
        AssertRefused(ResetCode.NotFound);
    }

    [Fact]
    public void TheNextWayIsTriedAndThenNone()
    {
        var relays = Relays();
        _routes = [new(Carol, 1), new(Dave, 1)];
        Ask(relays, Alice, AliceId, 5);
        var first = Assert.IsType<Effect.RelayPath>(Assert.Single(Drain()));
        relays.HandleRefused(first.Relay, _now);
        var second = Assert.IsType<Effect.RelayPath>(Assert.Single(Drain()));
        Assert.Equal(Dave, second.To);
        relays.HandleRefused(first.Relay, _now);
        // Why they refused is theirs.
        AssertRefused(ResetCode.Failed);
    }

    [Fact]
    public void OneFriendHasSoManyAndNoMore()
    {
        var relays = Relays();
        for (var i = 0; i < Limits.RelaysPerFriendMax; i++)
        {
            _routes = [new(new LinkId(50 + i), 1)];
            Ask(relays, Alice, AliceId, (uint)(1 + (2 * i)));
            Assert.IsType<Effect.RelayPath>(Assert.Single(Drain()));
        }

        Ask(relays, Alice, AliceId, 101);
        AssertRefused(ResetCode.Busy);
        Ask(relays, Dave, new FriendId(3), 1);
        Assert.IsType<Effect.RelayPath>(Assert.Single(Drain()));
    }

    [Fact]
    public void OpensAreCountedByTime()
    {
        var relays = Relays();
        var counted = 0;
        for (var i = 0; i < 100; i++)
        {
            counted += relays.TryCount(AliceId, _now) ? 1 : 0;
        }

        Assert.Equal(Limits.PathOpensBurst, counted);
        _now += TimeSpan.FromSeconds(1);
        for (var i = 0; i < 100; i++)
        {
            counted += relays.TryCount(AliceId, _now) ? 1 : 0;
        }

        Assert.Equal(Limits.PathOpensBurst + Limits.PathOpensPerSecond, counted);
    }

    [Fact]
    public void ARateIsKeptToWithinALease()
    {
        const long rate = 2_000_000;
        var relays = Relays(new(null, rate));
        var relay = Join(relays, Alice, AliceId, 1);
        Assert.InRange(Run(relays, [relay], seconds: 20), 19 * rate, 22 * rate);
    }

    [Fact]
    public void TheTotalIsSharedByFriendsInTurn()
    {
        const long rate = 4_000_000;
        var relays = Relays(new(rate, null));
        // Alice has five paths, Dave one: each friend has half all the same.
        RelayId[] hers = [.. Enumerable.Range(0, 5).Select(i => Join(relays, Alice, AliceId, i))];
        var his = Join(relays, Dave, new FriendId(3), 1);
        var moved = new Dictionary<RelayId, long>();
        var total = Run(relays, [.. hers, his], seconds: 60, moved);
        Assert.InRange(total, 55 * rate, 65 * rate);
        Assert.InRange(moved[his], total * 4 / 10, total * 6 / 10);
    }

    [Fact]
    public void WhatWasGrantedAndNeverCameIsGivenBack()
    {
        var relays = Relays(new(null, 1_000_000));
        for (var i = 0; i < 50; i++)
        {
            var relay = Join(relays, Alice, AliceId, i);
            relays.HandleEnded(relay, 0, _now);
        }

        var last = Join(relays, Alice, AliceId, 99);
        _now += TimeSpan.FromSeconds(3);
        relays.Poll(_now);
        Assert.Contains(
            Drain(),
            effect => effect is Effect.RelayAllow allow && allow.Relay == last
        );
    }

    [Fact]
    public void WhoIsRemovedIsForgotten()
    {
        const long rate = 1_000_000;
        var relays = Relays(new(null, rate));
        var relay = Join(relays, Alice, AliceId, 1);
        Drain();
        Ask(relays, Alice, AliceId, 3);
        Assert.IsType<Effect.RelayPath>(Assert.Single(Drain()));
        Ask(relays, Alice, AliceId, 5);
        AssertRefused(ResetCode.Busy);
        while (relays.TryCount(AliceId, _now))
        {
            // Until it may ask for no path more.
        }

        relays.HandleRemoved(AliceId, _now);
        // Back at once it begins anew, whatever its old path still takes.
        Assert.True(relays.TryCount(AliceId, _now));
        relays.HandleEnded(relay, 100 * rate, _now);
        Ask(relays, Alice, AliceId, 7);
        Assert.IsType<Effect.RelayPath>(Assert.Single(Drain()));
    }

    [Fact]
    public void WhoIsRemovedIsGrantedNothingMore()
    {
        var relays = Relays(new(null, 1_000_000));
        var relay = Join(relays, Alice, AliceId, 1);
        Drain();
        relays.HandleRemoved(AliceId, _now);
        relays.HandleMoved(relay, 1, _now);
        _now += TimeSpan.FromSeconds(10);
        relays.Poll(_now);
        Assert.Empty(Drain());
    }

    [Fact]
    public void APathOfOneThatWasRemovedIsOwedByAll()
    {
        const long rate = 1_000_000;
        var relays = Relays(new(rate, null));
        var relay = Join(relays, Alice, AliceId, 1);
        relays.HandleRemoved(AliceId, _now);
        Drain();
        relays.HandleEnded(relay, 100 * rate, _now);
        Ask(relays, Dave, new FriendId(3), 5);
        AssertRefused(ResetCode.Busy);
    }

    [Fact]
    public void NothingIsRelayedAtRateZero()
    {
        Ask(Relays(new(0, null)), Alice, AliceId, 1);
        AssertRefused(ResetCode.Busy);
    }

    [Fact]
    public void WhoeverNeverJoinsIsEnded()
    {
        var relays = Relays();
        Ask(relays, Alice, AliceId, 1);
        var relay = Assert.IsType<Effect.RelayPath>(Assert.Single(Drain())).Relay;
        _now = relays.Deadline!.Value;
        relays.Poll(_now);
        Assert.Equal(new Effect.EndRelay(relay, ResetCode.Failed), Assert.Single(Drain()));
        relays.HandleEnded(relay, 0, _now);
        Assert.Null(relays.Deadline);
    }

    private Relays Relays(Rates? rates = null) =>
        new(_effects, (_, _) => _routes, rates ?? Rates.Unlimited);

    private void Ask(Relays relays, LinkId from, FriendId friend, uint stream, uint hops = 1) =>
        relays.HandlePath(
            from,
            friend,
            new StreamId(stream),
            new PathRequest
            {
                Pseudonym = ByteString.CopyFrom(new byte[Hash256.Size]),
                Hops = hops,
                Hello = ByteString.CopyFrom(new byte[PathDialer.HelloBytes]),
            },
            _now
        );

    private RelayId Join(Relays relays, LinkId from, FriendId friend, int stream)
    {
        // Each over another next hop, and not all at once.
        _now += TimeSpan.FromSeconds(0.1);
        _routes = [new(new LinkId(100 + stream), 1)];
        Ask(relays, from, friend, (uint)stream);
        var relay = _effects.OfType<Effect.RelayPath>().Last().Relay;
        relays.HandleJoined(relay, _now);
        return relay;
    }

    /// <summary>All relays carry whatever they may; bytes that passed.</summary>
    private long Run(
        Relays relays,
        RelayId[] all,
        int seconds,
        Dictionary<RelayId, long>? moved = null
    )
    {
        moved ??= [];
        // What came with the first windows.
        var total = all.Length * FirstBytes;
        var end = _now + TimeSpan.FromSeconds(seconds);
        while (_now < end)
        {
            foreach (var allow in Drain().OfType<Effect.RelayAllow>())
            {
                moved[allow.Relay] = moved.GetValueOrDefault(allow.Relay) + allow.Bytes;
                total += allow.Bytes;
                relays.HandleMoved(allow.Relay, moved[allow.Relay], _now);
            }

            if (_effects.Count == 0)
            {
                _now =
                    relays.Deadline is { } due && due > _now
                        ? due
                        : _now + TimeSpan.FromMilliseconds(1);
                relays.Poll(_now);
            }
        }

        return total;
    }

    private Effect[] Drain()
    {
        var effects = _effects.ToArray();
        _effects.Clear();
        return effects;
    }

    private void AssertRefused(ResetCode code) =>
        Assert.Equal(code, Assert.IsType<Effect.Refuse>(Assert.Single(Drain())).Code);
}
