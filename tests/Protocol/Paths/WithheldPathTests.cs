using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Engine;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Protocol.Paths;

/// <summary>A path through a friend who keeps what it should carry is none that led there.
/// </summary>
public sealed class WithheldPathTests
{
    private static readonly FriendId Friend = new(7);
    private static readonly LinkId Via = new(1);
    private static readonly TransferId Transfer = new(1);
    private static readonly ContentId Content = new(new Hash256(new byte[32]), 3 * 1024 * 1024);
    private static readonly SourceId Source = SourceId.Of(new PseudonymId(default));
    private readonly NodeEngine _engine;
    private readonly List<Effect.OpenPath> _opens = [];
    private Instant _now = new(1_000_000);
    private long _lastLink = 100;

    public WithheldPathTests()
    {
        var ways = new PathWays(
            _ => [new Route(Via, 2)],
            (_, _) => [],
            _ => default(Hash256),
            _ => false
        );
        var nobody = new Possession((_, _) => default, (_, _, _) => false);
        var settings = new EngineSettings { Ways = ways, Possession = nobody };
        _engine = new NodeEngine(new FriendId(1), new SeededEntropy(1), settings);
        Do(new Input.FriendKnown(Friend, []));
        Do(new Input.LinkOpened(Via, Friend, true, ""));
        Do(new Input.Download(Transfer, [new WantedFile(Content, null)]));
        Do(new Input.SourcesFound(Transfer, 0, [Source]));
    }

    /// <summary>Whatever comes first: that what it owes has ended, or that it is closed.</summary>
    [Theory]
    [InlineData(Limits.SilenceSeconds, false)]
    [InlineData(Limits.PathLivedSeconds + 1, false)]
    [InlineData(Limits.PathLivedSeconds + 1, true)]
    public void ItsWayRestsHoweverLongItWasOpen(int seconds, bool isEndedFirst)
    {
        var (link, fetches) = Open();
        Pass(seconds);
        if (isEndedFirst)
            fetches.ForEach(fetch => Do(new Input.FetchEnded(fetch.Id)));
        Assert.Empty(Do(new Input.LinkClosed(link, "lost")).OfType<Effect.OpenPath>());
        Pass(1);
        Assert.Single(Opens());
    }

    [Fact]
    public void OneThatBroughtSomethingIsReplacedAtOnce()
    {
        var (link, fetches) = Open();
        Pass(Limits.PathLivedSeconds + 1);
        Do(new Input.SliceStored(fetches[0].Id, 0));
        Assert.Single(Do(new Input.LinkClosed(link, "lost")).OfType<Effect.OpenPath>());
    }

    private (LinkId Link, List<Effect.Fetch> Fetches) Open()
    {
        var link = new LinkId(++_lastLink);
        var opened = Do(new Input.PathOpened(Assert.Single(Opens()).Path, link));
        var fetches = opened.OfType<Effect.Fetch>().Where(fetch => fetch.Link == link).ToList();
        Assert.NotEmpty(fetches);
        return (link, fetches);
    }

    private List<Effect.OpenPath> Opens()
    {
        List<Effect.OpenPath> opens = [.. _opens];
        _opens.Clear();
        return opens;
    }

    private void Pass(int seconds)
    {
        var end = _now + TimeSpan.FromSeconds(seconds);
        while (_engine.Deadline is { } due && due <= end)
        {
            _now = due > _now ? due : _now + TimeSpan.FromMilliseconds(1);
            Do(new Input.Tick());
        }

        _now = end;
    }

    private List<Effect> Do(Input input)
    {
        var effects = new List<Effect>();
        _engine.Handle(input, _now);
        while (_engine.TryPoll(out var effect))
            effects.Add(effect!);
        _opens.AddRange(effects.OfType<Effect.OpenPath>());
        foreach (var given in effects.OfType<Effect.CancelFetch>().ToList())
            effects.AddRange(Do(new Input.FetchEnded(given.Id)));
        return effects;
    }
}
