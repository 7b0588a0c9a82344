using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>Large catalogs come in parts, from all who tell them.</summary>
public sealed class PartsTests
{
    private const int Entries = 3_000;
    private static readonly EntrySet Large = EntrySet.Of(Sample.Entries(1, Entries));
    private static readonly EntrySet Forged = Changed(Entries);
    private readonly CircleWorld _world = new();
    private readonly CircleNode _a;
    private readonly CircleNode[] _middle;
    private readonly CircleNode _c;

    public PartsTests()
    {
        _a = _world.Add("a");
        _middle = [.. Enumerable.Range(1, 4).Select(i => _world.Add($"b{i}"))];
        _c = _world.Add("c");
        foreach (var b in _middle)
            _world.Connect(_a, b);
        _a.Show(Large);
        _world.Run();
        Assert.All(_middle, b => Assert.Equal(Large.Head, HeldBy(b)));
        _world.Content.Clear();
    }

    [Fact]
    public void AllGiveAShareAndEachPartComesOnce()
    {
        Join();
        Assert.Equal(Large.Head, HeldBy(_c));
        Assert.Equal(_middle, Givers().Distinct().OrderBy(b => b.Name));
        Assert.InRange(Bytes(), 1, Large.Whole.Length * 1.2);
        // One of them alone tells of what changes now, so that it comes once.
        _world.Messages.Clear();
        _a.Show(Changed(1));
        _world.Run();
        Assert.Equal(Changed(1).Head, HeldBy(_c));
        Assert.Single(
            _world.Messages,
            sent => sent.To == _c && sent.Message.Heads?.News.Any(n => !n.Delta.IsEmpty) == true
        );
    }

    [Fact]
    public void WhoGivesWrongPartsIsNamedAndLeft()
    {
        _middle[1].LieInParts = Forged;
        Join();
        Assert.Equal(Large.Head, HeldBy(_c));
        Assert.Equal(_middle[1].Id, Assert.Single(_c.Said.OfType<Effect.CircleWaits>()).Friend);
        Assert.Single(Givers(), giver => giver == _middle[1]);
    }

    [Fact]
    public void WithWrongPartsAloneNothingIsTaken()
    {
        foreach (var b in _middle)
            b.LieInParts = Forged;
        Join();
        Assert.Empty(_c.Held);
        Assert.Equal(4, _c.Said.OfType<Effect.CircleWaits>().Count());
        // Asked again only after their rest, and then the truth is taken.
        Assert.Equal(4, Givers().Count());
        _middle[0].LieInParts = null;
        _world.Run(2 * Limits.CatalogLastingSeconds);
        Assert.Equal(Large.Head, HeldBy(_c));
    }

    [Fact]
    public void WhatOneWithholdsAnotherGives()
    {
        _middle[0].IsMute = true;
        Join();
        Assert.Empty(_c.Held);
        var shares = Givers().Count();
        _world.Run(60);
        Assert.Equal(Large.Head, HeldBy(_c));
        Assert.Equal(shares + 1, Givers().Count());
        Assert.InRange(Bytes(), 1, Large.Whole.Length * 1.2);
    }

    [Fact]
    public void WhatOneTakesAwayWithItAnotherGives()
    {
        _middle[0].IsMute = true;
        Join(TimeSpan.FromSeconds(5));
        _world.Disconnect(_middle[0], _c);
        _world.Run(5);
        Assert.Equal(Large.Head, HeldBy(_c));
        Assert.InRange(Bytes(), 1, Large.Whole.Length * 1.2);
    }

    // All go away amid it: what is here is not asked for again once one of them is back.
    [Fact]
    public void ItGoesOnWhereItWas()
    {
        foreach (var b in _middle[1..])
            b.IsMute = true;
        Join(TimeSpan.FromSeconds(5));
        foreach (var b in _middle)
            _world.Disconnect(b, _c);
        _world.Run(5);
        Assert.Empty(_c.Held);
        var before = Bytes();
        Assert.InRange(before, 1, Large.Whole.Length);
        _world.Connect(_middle[0], _c);
        _world.Run();
        Assert.Equal(Large.Head, HeldBy(_c));
        Assert.InRange(Bytes(), before + 1, Large.Whole.Length * 1.2);
    }

    // Away for a change that nobody remembers: only what differs comes.
    [Fact]
    public void OnlyWhatDiffersComesAnew()
    {
        Join();
        _world.Content.Clear();
        foreach (var b in _middle)
            _world.Disconnect(b, _c);
        _a.Show(Changed(2));
        _world.Run();
        Join();
        Assert.Equal(Changed(2).Head, HeldBy(_c));
        var bytes = _world.Content.Where(sent => sent.To == _c).Sum(sent => sent.Bytes);
        Assert.InRange(bytes, 1, Large.Whole.Length / 5);
    }

    private static EntrySet Changed(int entries) =>
        Large.With(
            Large.Entries.Take(entries).Select(e => DeltaStep.Upsert(e with { Modified = 1 }))
        );

    private void Join(TimeSpan? time = null)
    {
        foreach (var b in _middle)
            _world.Connect(b, _c);
        _world.Run(time ?? TimeSpan.FromSeconds(20));
    }

    private CatalogHead? HeldBy(CircleNode node) =>
        node.Held.TryGetValue(_a.Pseudonym, out var held) ? held.Content.Head : null;

    private IEnumerable<CircleNode> Givers() =>
        _world.Content.Where(sent => sent.To == _c).Select(sent => sent.From);

    private int Bytes() => _world.Content.Where(sent => sent.To == _c).Sum(sent => sent.Bytes);
}
