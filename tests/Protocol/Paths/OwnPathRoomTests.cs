using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Protocol.Paths;

/// <summary>Who gets a path when more are wanted than there may be.</summary>
public sealed class OwnPathRoomTests
{
    private static readonly LinkId Bob = new(1);
    private readonly Queue<Effect> _effects = [];
    private readonly HashSet<LinkId> _idle = [];
    private readonly Dictionary<PseudonymId, List<LinkId>> _links = [];
    private readonly OwnPaths _paths;
    private IReadOnlyList<Route> _routes = [new(Bob, 2), new(new(2), 2), new(new(3), 2)];
    private Instant _now = new(1_000_000);
    private long _lastLink = 100;

    public OwnPathRoomTests() =>
        _paths = new(new SeededEntropy(1), _effects, _ => _routes, _ => default(Hash256))
        {
            IsAsked = link => !_idle.Contains(link),
        };

    [Fact]
    public void AFirstPathComesBeforeAnySecond()
    {
        const int few = Limits.PathsOwnMax / Limits.PathsPerSourceMax;
        for (var i = 1; i <= few; i++)
        {
            Want(i);
        }

        Assert.All(_links.Values, links => Assert.Equal(Limits.PathsPerSourceMax, links.Count));
        for (var i = few + 1; i <= Limits.PathsOwnMax; i++)
        {
            Want(i);
        }

        Assert.Equal(Limits.PathsOwnMax, _links.Count);
        Assert.All(_links.Values, links => Assert.Single(links));
        Want(Limits.PathsOwnMax + 1);
        Assert.Equal(Limits.PathsOwnMax, _links.Count);
    }

    [Fact]
    public void NotMoreThanHalfGoOverOneFriend()
    {
        _routes = [new(Bob, 2)];
        for (var i = 1; i <= Limits.PathsOwnMax; i++)
        {
            Want(i);
        }

        Assert.Equal(Limits.PathsPerLinkMax, _links.Count);
    }

    [Fact]
    public void APathThatIsAskedNothingGivesWay()
    {
        for (var i = 1; i <= Limits.PathsOwnMax; i++)
        {
            Want(i);
        }

        var idle = Assert.Single(_links[Pseudonym(5)]);
        _idle.Add(idle);
        // It may not have come to be asked yet.
        Want(99);
        Assert.DoesNotContain(Pseudonym(99), _links.Keys);
        Pass(Limits.PathLivedSeconds);
        Want(99);
        Assert.Single(_links[Pseudonym(99)]);
        Assert.DoesNotContain(Pseudonym(5), _links.Keys);
    }

    [Fact]
    public void WhatIsFreedGoesToWhoHasNone()
    {
        for (var i = 1; i <= Limits.PathsOwnMax + 1; i++)
        {
            Want(i);
        }

        var late = Pseudonym(Limits.PathsOwnMax + 1);
        Assert.DoesNotContain(late, _links.Keys);
        _routes = [.. _routes, new(new(4), 2)];
        Pass(Limits.PathLivedSeconds - 1);
        Close(Assert.Single(_links[Pseudonym(3)]));
        Assert.Contains(late, _links.Keys);
    }

    private static PseudonymId Pseudonym(int number)
    {
        var bytes = new byte[Hash256.Size];
        bytes[0] = (byte)number;
        return new PseudonymId(new Hash256(bytes));
    }

    private void Want(int number)
    {
        _paths.HandleWanted([SourceId.Of(Pseudonym(number))], _now);
        CarryOut();
    }

    private void Close(LinkId link)
    {
        Forget(link);
        _paths.HandleClosed(link, _now);
        CarryOut();
    }

    private void Pass(double seconds) => _now += TimeSpan.FromSeconds(seconds);

    /// <summary>All paths come about and all links close at once.</summary>
    private void CarryOut()
    {
        while (_effects.TryDequeue(out var effect))
        {
            if (effect is Effect.OpenPath open)
            {
                var link = new LinkId(++_lastLink);
                Assert.True(_links.TryAdd(open.Target, [link]) || Added(open.Target, link));
                Assert.NotNull(_paths.HandleOpened(open.Path, link, _now));
            }
            else
            {
                var close = Assert.IsType<Effect.CloseLink>(effect);
                Assert.Equal(CloseCode.Bye, close.Code);
                Forget(close.Link);
                _paths.HandleClosed(close.Link, _now);
            }
        }
    }

    private bool Added(PseudonymId target, LinkId link)
    {
        _links[target].Add(link);
        return true;
    }

    private void Forget(LinkId link)
    {
        var (target, links) = _links.Single(pair => pair.Value.Contains(link));
        links.Remove(link);
        if (links.Count == 0)
        {
            _links.Remove(target);
        }
    }
}
