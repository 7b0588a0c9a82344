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

/// <summary>Who gets a place at a relay, and a share of its budget, when both are short.</summary>
public sealed class RelayRoomTests
{
    private const long FirstBytes = 2L * Limits.RelayFirstBytes;
    private static readonly LinkId Carol = new(50);
    private static readonly LinkId Erin = new(51);
    private readonly Queue<Effect> _effects = [];
    private readonly List<Effect> _seen = [];
    private readonly Dictionary<RelayId, long> _allowed = [];
    private List<Route> _routes = [new(Carol, 1)];
    private Instant _now = new(1_000_000);
    private uint _streams;
    private Relays _relays;

    public RelayRoomTests() => _relays = Relays(Rates.Unlimited);

    [Fact]
    public void OpeningAgainAndAgainIsBoundByTheRate()
    {
        const long rate = 1_000_000;
        const int seconds = 20;
        _relays = Relays(new(null, rate));
        var bytes = 0L;
        for (var end = _now + TimeSpan.FromSeconds(seconds); _now < end; Pass(0.02))
        {
            if (Ask(friend: 1) is { } relay)
            {
                _relays.HandleJoined(relay, _now);
                bytes += FirstBytes;
                _relays.HandleEnded(relay, FirstBytes, _now);
            }
        }

        Assert.InRange(bytes, (seconds - 1) * rate, (seconds + 1) * rate);
    }

    [Fact]
    public void WhoIsBusyKeepsNobodyOut()
    {
        _relays = Relays(new(2_000_000, null));
        var busy = Join(friend: 1);
        _ = Run(busy, seconds: 5);
        Assert.NotNull(Ask(friend: 2));
    }

    [Fact]
    public void WhoOpensAllTheTimeTakesNobodysTurn()
    {
        const long rate = 500_000;
        _relays = Relays(new(rate, null));
        var his = Join(friend: 2);
        var (hers, moved) = (0L, FirstBytes);
        for (var end = _now + TimeSpan.FromSeconds(30); _now < end; Pass(0.05))
        {
            _relays.Poll(_now);
            moved += Allowed(his);
            _relays.HandleMoved(his, moved, _now);
            if (Ask(friend: 1) is { } relay)
            {
                hers += FirstBytes;
                _relays.HandleJoined(relay, _now);
                _relays.HandleEnded(relay, FirstBytes, _now);
            }
        }

        Assert.True(moved >= 10 * rate && hers >= 5 * rate, $"{moved} and {hers}");
    }

    [Fact]
    public void WhoIsSilentIsGivenUpSoonAndComesLastForAWhile()
    {
        _routes = [new(Carol, 1), new(Erin, 1)];
        var relay = Ask(friend: 1)!.Value;
        Pass(Limits.RelayWaySeconds);
        Assert.Equal(_now, _relays.Deadline);
        _relays.Poll(_now);
        Assert.Equal([new Effect.EndRelay(relay, ResetCode.Failed)], Drain());
        _relays.HandleRefused(relay, _now);
        Assert.Equal([Erin], Drain().OfType<Effect.RelayPath>().Select(path => path.To));
        Assert.Equal(Erin, NextHop());
        Pass(Limits.PathIdleSeconds);
        Assert.Equal(Carol, NextHop());
    }

    [Fact]
    public void ThreeWaysFitIntoTheAskersTime() =>
        Assert.True(Limits.RelayRoutesMax * Limits.RelayWaySeconds < Limits.PathOpenSeconds);

    [Fact]
    public void HalfOfWhatANextHopTakesIsForOthers()
    {
        for (var i = 0; i < Limits.RelaysPerHopMax; i++)
        {
            Join(friend: 1 + (i % 2));
        }

        Assert.Null(Ask(friend: 3));
        AssertRefused(ResetCode.Busy);
        _routes.Add(new(Erin, 1));
        Assert.Equal(Erin, NextHop(friend: 3));
    }

    [Fact]
    public void ThePathIdleLongestGivesWay()
    {
        RelayId[] all = [.. Enumerable.Range(0, Limits.RelaysPerHopMax).Select(_ => Join(1))];
        Pass(Limits.PathIdleSeconds);
        _relays.HandleMoved(all[0], FirstBytes, _now);
        Assert.NotNull(Ask(friend: 2));
        Assert.Contains(new Effect.EndRelay(all[1], ResetCode.Failed), _seen);
        // It leaves but once.
        Assert.NotNull(Ask(friend: 2));
        Assert.Contains(new Effect.EndRelay(all[2], ResetCode.Failed), _seen);
        Assert.NotNull(Ask(friend: 2));
        Assert.Null(Ask(friend: 2));
        AssertRefused(ResetCode.Busy);
    }

    [Fact]
    public void ReportsThatOvertakeEachOtherCountOnce()
    {
        const long rate = 1_000_000;
        _relays = Relays(new(null, rate));
        var relay = Join(friend: 1);
        _relays.HandleMoved(relay, 3 * rate, _now);
        _relays.HandleMoved(relay, 2 * rate, _now);
        _relays.HandleEnded(relay, 2 * rate, _now);
        _relays.HandleMoved(relay, 3 * rate, _now);
        // Three seconds' worth passed, the first of them at once.
        Pass(2);
        Assert.Null(Ask(friend: 1));
        Pass((double)FirstBytes / rate);
        Assert.NotNull(Ask(friend: 1));
    }

    private Relays Relays(Rates rates) => new(_effects, (_, _) => _routes, rates);

    /// <summary>Null: refused.</summary>
    private RelayId? Ask(ulong friend)
    {
        _relays.HandlePath(
            new LinkId((long)friend),
            new FriendId(friend),
            new StreamId(++_streams),
            new PathRequest
            {
                Pseudonym = ByteString.CopyFrom(new byte[Hash256.Size]),
                Hello = ByteString.CopyFrom(new byte[PathDialer.HelloBytes]),
            },
            _now
        );
        Drain();
        return _seen.OfType<Effect.RelayPath>().SingleOrDefault()?.Relay;
    }

    private LinkId? NextHop(ulong friend = 1)
    {
        Ask(friend);
        return _seen.OfType<Effect.RelayPath>().SingleOrDefault()?.To;
    }

    private RelayId Join(int friend)
    {
        var relay = Ask((ulong)friend)!.Value;
        _relays.HandleJoined(relay, _now);
        return relay;
    }

    private long Run(RelayId relay, int seconds)
    {
        var moved = FirstBytes;
        for (var end = _now + TimeSpan.FromSeconds(seconds); _now < end; Pass(0.01))
        {
            _relays.Poll(_now);
            moved += Allowed(relay);
            _relays.HandleMoved(relay, moved, _now);
        }

        return moved;
    }

    private long Allowed(RelayId relay)
    {
        Drain();
        return _allowed.Remove(relay, out var bytes) ? bytes : 0;
    }

    private void Pass(double seconds) => _now += TimeSpan.FromSeconds(seconds);

    private void AssertRefused(ResetCode code) =>
        Assert.Equal(code, _seen.OfType<Effect.Refuse>().Single().Code);

    private List<Effect> Drain()
    {
        _seen.Clear();
        _seen.AddRange(_effects);
        _effects.Clear();
        foreach (var allow in _seen.OfType<Effect.RelayAllow>())
        {
            _allowed[allow.Relay] = _allowed.GetValueOrDefault(allow.Relay) + allow.Bytes;
        }

        return _seen;
    }
}
