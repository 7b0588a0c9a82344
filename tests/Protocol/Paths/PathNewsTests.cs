using FriendNet.Protocol.Engine;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Protocol.Paths;

/// <summary>A way that comes to be is used at once, not when a timer ends.</summary>
public sealed class PathNewsTests
{
    private static readonly FriendId Friend = new(7);
    private static readonly LinkId Link = new(1);
    private static readonly Instant Now = new(1_000_000);
    private readonly NodeEngine _engine;
    private List<Route> _routes = [];

    public PathNewsTests()
    {
        var ways = new PathWays(
            _ => _routes,
            (_, _) => [],
            _ => default(FriendNet.Crypto.Merkle.Hash256),
            _ => false
        );
        var nobody = new Possession((_, _) => default, (_, _, _) => false);
        var settings = new EngineSettings { Ways = ways, Possession = nobody };
        _engine = new NodeEngine(new FriendId(1), new SeededEntropy(1), settings);
        _engine.Handle(new Input.FriendKnown(Friend, []), Now);
        SourceId[] sources = [SourceId.Of(new PseudonymId(default))];
        _engine.Handle(new Input.SourcesFound(new TransferId(1), 0, sources), Now);
    }

    [Fact]
    public void AFriendThatIsBackIsAsked()
    {
        _routes = [new(Link, 2)];
        Assert.Empty(Opens());
        _engine.Handle(new Input.LinkOpened(Link, Friend, true, ""), Now);
        Assert.Single(Opens());
    }

    [Fact]
    public void AFriendThatTellsOfItIsAsked()
    {
        _engine.Handle(new Input.LinkOpened(Link, Friend, true, ""), Now);
        Assert.Empty(Opens());
        _routes = [new(Link, 2)];
        var told = new Message { Heads = new Heads() };
        _engine.Handle(new Input.MessageReceived(Link, told), Now);
        Assert.Single(Opens());
    }

    private List<Effect.OpenPath> Opens()
    {
        var opens = new List<Effect.OpenPath>();
        while (_engine.TryPoll(out var effect))
        {
            if (effect is Effect.OpenPath open)
            {
                opens.Add(open);
            }
        }

        return opens;
    }
}
