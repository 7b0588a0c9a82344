using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Protocol.Paths;

public sealed class OwnPathsTests
{
    private static readonly PseudonymId Target = new(default);
    private static readonly LinkId Bob = new(1);
    private static readonly LinkId Carol = new(2);
    private static readonly LinkId Dave = new(3);
    private readonly Queue<Effect> _effects = [];
    private readonly OwnPaths _paths;
    private List<Route> _routes = [new(Bob, 2), new(Carol, 2), new(Dave, 2)];
    private Instant _now = new(1_000_000);
    private bool _isWanted = true;
    private LinkId _withheld;
    private long _links = 100;

    public OwnPathsTests() =>
        _paths = new(new SeededEntropy(1), _effects, _ => _routes, _ => default(Hash256))
        {
            Withholds = link => link == _withheld,
        };

    [Fact]
    public void TwoWaysAreOpenedEachOverAnotherFriend()
    {
        var opens = Want();
        Assert.Equal(Limits.PathsPerSourceMax, opens.Length);
        Assert.NotEqual(opens[0].Via, opens[1].Via);
        Assert.All(opens, open => Assert.Equal(0, open.Hops));
        Assert.Empty(Want());
    }

    [Fact]
    public void FriendsAreAskedWithoutAPath()
    {
        _routes = [new(Bob, 1)];
        Assert.Empty(Want());
        _paths.HandleWanted([SourceId.Of(new FriendId(1))], _now);
        Assert.Empty(_effects);
    }

    [Fact]
    public void AsManyRelaysMayFollowAsTheFirstToldOf()
    {
        _routes = [new(Bob, 4), new(Carol, 3)];
        var opens = Want();
        Assert.Equal([1, 2], opens.Select(open => open.Hops));
        Assert.Equal([Carol, Bob], opens.Select(open => open.Via));
    }

    [Fact]
    public void APathThatEndsLateIsReplacedAtOnce()
    {
        var opens = Want();
        var link = Open(opens[0]);
        Open(opens[1]);
        Pass(Limits.PathLivedSeconds + 1);
        _paths.HandleClosed(link, _now);
        Assert.Single(Drain().OfType<Effect.OpenPath>());
    }

    [Fact]
    public void AWayThatFailsRestsLongerEachTime()
    {
        _routes = [new(Bob, 2)];
        var open = Assert.Single(Want());
        var rests = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            _paths.HandleFailed(open.Path, _now);
            Assert.Empty(Drain());
            var from = _now;
            do
            {
                _now = _paths.Deadline!.Value;
                _paths.Poll(_now, _ => true);
            } while (_effects.Count == 0);
            rests.Add((_now - from).TotalSeconds);
            open = Assert.IsType<Effect.OpenPath>(Assert.Single(Drain()));
        }

        Assert.Equal([1, 2, 4, 8], rests[..4]);
        Assert.Equal(Limits.PathRetrySecondsMax, rests[^1]);
    }

    [Fact]
    public void AFailureMovesOnToTheThirdFriend()
    {
        var opens = Want();
        _paths.HandleFailed(opens[0].Path, _now);
        var next = Assert.IsType<Effect.OpenPath>(Assert.Single(Drain()));
        Assert.DoesNotContain(next.Via, opens.Select(open => open.Via));
    }

    [Fact]
    public void WhoNeverAnswersIsGivenUp()
    {
        _routes = [new(Bob, 2)];
        var open = Assert.Single(Want());
        Pass(Limits.PathOpenSeconds);
        _paths.Poll(_now, _ => true);
        Assert.Equal(new Effect.ClosePath(open.Path), Drain()[0]);
        // It came about after all, too late.
        Assert.Null(_paths.HandleOpened(open.Path, new LinkId(50), _now));
        Assert.Equal(new Effect.CloseLink(new LinkId(50), CloseCode.Bye), Drain().Last());
    }

    [Fact]
    public void APathThatDeliversNothingIsClosedAndItsWayRests()
    {
        _routes = [new(Bob, 2)];
        var link = Open(Assert.Single(Want()));
        Pass(100);
        _paths.HandleSilent([link], _now);
        Assert.Equal(new Effect.CloseLink(link, CloseCode.Idle), Assert.Single(Drain()));
        _paths.HandleClosed(link, _now);
        Assert.Empty(Drain());
    }

    [Fact]
    public void APathThatEndsWhileItWithholdsLetsItsWayRestLongerEachTime()
    {
        _routes = [new(Bob, 2)];
        var rests = new List<double>();
        for (var i = 0; i < 4; i++)
        {
            _withheld = Open(Assert.Single(Want()));
            Pass(Limits.SilenceSeconds);
            _paths.HandleClosed(_withheld, _now);
            Assert.Empty(Want());
            rests.Add((_paths.Deadline!.Value - _now).TotalSeconds);
            _now = _paths.Deadline!.Value;
        }

        Assert.Equal([1, 2, 4, 8], rests);
    }

    [Fact]
    public void AWayThatRestedInVainIsNotWaitedFor()
    {
        _routes = [new(Bob, 2)];
        _paths.HandleFailed(Assert.Single(Want()).Path, _now);
        _routes = [];
        Pass(5);
        _paths.Poll(_now, _ => true);
        Assert.True(_paths.Deadline > _now);
    }

    [Fact]
    public void AWayThatLedThereIsForgivenWhatFailedBefore()
    {
        _routes = [new(Bob, 2)];
        var open = Assert.Single(Want());
        for (var i = 0; i < 8; i++)
        {
            _paths.HandleFailed(open.Path, _now);
            Pass(Limits.PathRetrySecondsMax);
            open = Assert.Single(Want());
        }

        var link = Open(open);
        Pass(Limits.PathLivedSeconds + 1);
        _paths.HandleClosed(link, _now);
        open = Assert.IsType<Effect.OpenPath>(Assert.Single(Drain()));
        _paths.HandleFailed(open.Path, _now);
        Assert.Equal(TimeSpan.FromSeconds(1), _paths.Deadline!.Value - _now);
    }

    [Fact]
    public void WhatNobodyWantsIsClosed()
    {
        var opens = Want();
        var link = Open(opens[0]);
        _isWanted = false;
        Pass(Limits.PathIdleSeconds);
        _paths.Poll(_now, _ => _isWanted);
        Assert.Contains(new Effect.CloseLink(link, CloseCode.Bye), Drain());
        Assert.Null(_paths.Deadline);
        Assert.False(_paths.IsOwn(link));
    }

    [Fact]
    public void NotMoreThanSoMany()
    {
        var sources = Enumerable.Range(1, 50).Select(Pseudonym).ToArray();
        _paths.HandleWanted(sources, _now);
        Assert.Equal(Limits.PathsOwnMax, Drain().Length);
    }

    [Fact]
    public void AWayThatHasRestedAndCannotBeTriedCallsForNothing()
    {
        _routes = [new(Bob, 2)];
        var open = Assert.Single(Want());
        _paths.HandleFailed(open.Path, _now);
        _routes = [];
        Pass(2);
        _paths.Poll(_now, _ => true);
        Assert.True(_paths.Deadline > _now, $"at {_now}: {_paths.Deadline}");
    }

    [Fact]
    public void FailuresAreForgottenOnceAPathHasLived()
    {
        _routes = [new(Bob, 2)];
        var open = Assert.Single(Want());
        for (var i = 0; i < 5; i++)
        {
            _paths.HandleFailed(open.Path, _now);
            Pass(Limits.PathRetrySecondsMax);
            open = Assert.Single(Want());
        }

        var link = Open(open);
        Pass(Limits.PathLivedSeconds);
        _paths.HandleClosed(link, _now);
        open = Assert.IsType<Effect.OpenPath>(Assert.Single(Drain()));
        _paths.HandleFailed(open.Path, _now);
        Pass(1);
        Assert.Single(Want());
    }

    private static SourceId Pseudonym(int number)
    {
        var bytes = new byte[Hash256.Size];
        bytes[0] = (byte)number;
        return SourceId.Of(new PseudonymId(new Hash256(bytes)));
    }

    private Effect.OpenPath[] Want()
    {
        _paths.HandleWanted([SourceId.Of(Target)], _now);
        return [.. Drain().Cast<Effect.OpenPath>()];
    }

    private LinkId Open(Effect.OpenPath open)
    {
        var link = new LinkId(++_links);
        Assert.Equal((SourceId.Of(Target), open.Via), _paths.HandleOpened(open.Path, link, _now));
        Assert.True(_paths.IsOwn(link));
        return link;
    }

    private void Pass(double seconds) => _now += TimeSpan.FromSeconds(seconds);

    private Effect[] Drain()
    {
        var effects = _effects.ToArray();
        _effects.Clear();
        return effects;
    }
}
