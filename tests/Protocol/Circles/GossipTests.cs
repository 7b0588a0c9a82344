using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>What friends tell each other of circles, on engines joined without sockets.</summary>
public sealed class GossipTests
{
    private readonly CircleWorld _world = new();

    [Fact]
    public void ItGoesTwoLinksAndNoFurther()
    {
        var (a, b, c, d) = Line();
        a.Show(Sets.Of(20));
        _world.Run();
        Assert.Equal([1], b.OffersOf(a).Values.Select(told => told.Hops));
        Assert.Equal([2], c.OffersOf(b).Values.Select(told => told.Hops));
        Assert.Equal(Sets.Of(20).Head, c.Held[a.Pseudonym].Content.Head);
        Assert.Empty(d.Held);
        Assert.Empty(d.OffersOf(c));
        // Nothing goes back to where it came from.
        Assert.Empty(a.OffersOf(b));
        Assert.Equal([new Route(c.LinkTo(b)!.Value, 2)], c.RoutesTo(a.Pseudonym));
        Assert.Empty(d.RoutesTo(a.Pseudonym));
        Assert.DoesNotContain(_world.Content, sent => sent.To == d || sent.To == a);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void TheHorizonIsThePublishers(int horizon)
    {
        var nodes = Enumerable.Range(0, 6).Select(i => _world.Add($"n{i}", horizon)).ToArray();
        for (var i = 1; i < nodes.Length; i++)
            _world.Connect(nodes[i - 1], nodes[i]);
        nodes[0].Show(Sets.Of(5));
        _world.Run();
        for (var i = 1; i < nodes.Length; i++)
            Assert.Equal(i <= horizon, nodes[i].Held.ContainsKey(nodes[0].Pseudonym));
    }

    [Fact]
    public void ContentCrossesOneLinkHoweverManyTell()
    {
        var (a, b, c) = Diamond(7);
        a.Show(Sets.Of(200));
        _world.Run();
        Assert.Equal(7, c.RoutesTo(a.Pseudonym).Count);
        Assert.Equal(Sets.Of(200).Head, c.Held[a.Pseudonym].Content.Head);
        var sent = Assert.Single(_world.Content, sent => sent.To == c);
        Assert.Contains(sent.From, b);
        // Each of the friends in the middle had it from A itself, and none from another.
        Assert.Equal(7, _world.Content.Count(s => s.From == a));
    }

    [Fact]
    public void AChangeCostsItsDeltaOnOneLinkAndAHeadOnTheOthers()
    {
        var (a, _, c) = Diamond(7);
        a.Show(Sets.Of(200));
        _world.Run();
        var head = a.Own[0].Last!;
        for (var i = 1; i <= 3; i++)
        {
            _world.Content.Clear();
            _world.Messages.Clear();
            a.Show(Sets.Of(200, changed: i));
            _world.Run();
            Assert.Equal(Sets.Of(200, changed: i).Head, c.Held[a.Pseudonym].Content.Head);
            // Nothing is asked: the delta rode with the head.
            Assert.Empty(_world.Content);
            var news = HeadsTo(c).SelectMany(heads => heads.News).ToArray();
            Assert.Equal(7, news.Length);
            Assert.Single(news, item => !item.Delta.IsEmpty);
            Assert.InRange(news.Sum(item => item.CalculateSize()), 7 * 182, (7 * 190) + 250);
        }

        Assert.True(a.Own[0].Last!.Beats(head));
    }

    [Fact]
    public void AWithdrawalGoesAsFar()
    {
        var (a, b, c, _) = Line();
        a.Show(Sets.Of(20));
        _world.Run();
        Assert.Single(c.Held);
        a.Show(EntrySet.Empty);
        // Within three folds, and the way.
        _world.Run(4);
        Assert.Empty(b.Held);
        Assert.Empty(c.Held);
        Assert.Empty(c.RoutesTo(a.Pseudonym));
        Assert.True(c.OffersOf(b).Values.Single().Head.IsWithdrawal);
        // Shown again, it is somebody else.
        var old = a.Pseudonym;
        _world.Run(300);
        a.Show(Sets.Of(20));
        _world.Run();
        Assert.NotEqual(old, a.Pseudonym);
        Assert.Equal([a.Pseudonym], c.Held.Keys);
    }

    [Fact]
    public void WhatWasLearnedStaysWithoutItsSourceUntilItExpires()
    {
        var (a, b, c, _) = Line();
        a.Show(Sets.Of(20));
        _world.Run();
        _world.Disconnect(a, b);
        _world.Run(TimeSpan.FromDays(Limits.HeadDays - 1));
        Assert.Single(b.Held);
        Assert.Single(c.Held);
        _world.Run(TimeSpan.FromDays(2));
        Assert.Empty(b.Held);
        Assert.Empty(c.Held);
        Assert.Empty(c.OffersOf(b));
        // It went without a word, and both sides agree all the same.
        Assert.DoesNotContain(
            HeadsTo(c).SelectMany(heads => heads.News),
            news => !news.Gone.IsEmpty
        );
        AssertReconnectIsSilent(b, c);
    }

    [Fact]
    public void PresenceChangesNothing()
    {
        var (a, b, c, _) = Line();
        a.Show(Sets.Of(20));
        _world.Run();
        _world.Messages.Clear();
        _world.Disconnect(a, b);
        _world.Run(60);
        _world.Connect(a, b);
        _world.Run(60);
        Assert.DoesNotContain(_world.Messages, sent => sent.From == c || sent.To == c);
    }

    [Fact]
    public void ARotationMovesNoContent()
    {
        var (a, _, c, _) = Line();
        a.Show(Sets.Of(200));
        _world.Run();
        var old = a.Pseudonym;
        _world.Content.Clear();
        // Heads are signed anew every day until then, so that they do not expire.
        while (a.Own.Count == 1)
            _world.Run(3600);
        Assert.NotEqual(old, a.Pseudonym);
        _world.Run();
        Assert.Contains(a.Pseudonym, c.Held.Keys);
        Assert.Contains(old, c.Held.Keys);
        _world.Run(TimeSpan.FromMinutes(91));
        Assert.Equal([a.Pseudonym], c.Held.Keys);
        Assert.Equal(Sets.Of(200).Head, c.Held[a.Pseudonym].Content.Head);
        Assert.Empty(_world.Content);
        Assert.True(a.Own[0].Last!.IsWithdrawal);
        Assert.InRange(a.Own[0].Last!.Head.Version - a.Own[1].Last!.Head.Version, -86_400, 90 * 60);
    }

    [Fact]
    public void AFriendRemovedIsToldNoMoreAndTheNameChanges()
    {
        var (a, b, c, _) = Line();
        a.Show(Sets.Of(20));
        _world.Run();
        a.Unfriend(b);
        b.Unfriend(a);
        _world.Run(90);
        // B has it from nobody now.
        Assert.Empty(b.Held);
        Assert.Empty(c.Held);
        Assert.Empty(c.OffersOf(b));
        _world.Run(TimeSpan.FromHours(25));
        Assert.Equal(2, a.Own.Count);
    }

    [Fact]
    public void ARestartLosesNothingAndCostsLittle()
    {
        var (a, b, c, _) = Line();
        a.Show(Sets.Of(20));
        b.Show(Sets.Of(21, "b"));
        _world.Run();
        var pseudonym = b.Pseudonym;
        b.Restart();
        _world.Run(5);
        _world.Content.Clear();
        _world.Messages.Clear();
        _world.Connect(a, b);
        _world.Connect(b, c);
        _world.Run();
        Assert.Equal(pseudonym, b.Pseudonym);
        Assert.Empty(_world.Content);
        Assert.DoesNotContain(
            _world.Messages,
            s => s.Message.KindCase == Message.KindOneofCase.Heads
        );
        Assert.Equal(2, c.Held.Count);
    }

    private void AssertReconnectIsSilent(CircleNode a, CircleNode b)
    {
        _world.Disconnect(a, b);
        _world.Run(5);
        _world.Messages.Clear();
        _world.Connect(a, b);
        _world.Run();
        Assert.All(
            _world.Messages,
            sent => Assert.NotEqual(Message.KindOneofCase.HeadsAsk, sent.Message.KindCase)
        );
        Assert.DoesNotContain(
            _world.Messages,
            s => s.Message.KindCase == Message.KindOneofCase.Heads
        );
    }

    private IEnumerable<Heads> HeadsTo(CircleNode node) =>
        _world
            .Messages.Where(sent => sent.To == node && sent.Message.Heads is not null)
            .Select(sent => sent.Message.Heads);

    private (CircleNode A, CircleNode B, CircleNode C, CircleNode D) Line()
    {
        var nodes = "abcd".Select(name => _world.Add($"{name}")).ToArray();
        for (var i = 1; i < nodes.Length; i++)
            _world.Connect(nodes[i - 1], nodes[i]);
        return (nodes[0], nodes[1], nodes[2], nodes[3]);
    }

    private (CircleNode A, CircleNode[] B, CircleNode C) Diamond(int count)
    {
        var (a, c) = (_world.Add("a"), _world.Add("c"));
        var middle = Enumerable.Range(1, count).Select(i => _world.Add($"b{i}")).ToArray();
        foreach (var b in middle)
        {
            _world.Connect(a, b);
            _world.Connect(b, c);
        }

        return (a, middle, c);
    }
}
