using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Catalogs;

public sealed class VerifiedApplyTests : IDisposable
{
    private static readonly FriendId Bob = StoreFixture.Bob;
    private static readonly FriendId Carol = StoreFixture.Carol;
    private readonly StoreFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task WhatIsBrokenOffCountsAsNothingAndIsMadeGood()
    {
        var first = Sample.Entries(1, 3_000);
        var second = Sample.Entries(2, 9_000);
        _fixture.ApplyFull(Bob, first);
        _fixture.ApplyFull(Carol, Sample.Entries(3, 200));
        // It ends within the second or third transaction of many.
        var wrote = 0;
        _fixture.IsFriend = id => id != Bob || ++wrote < 3;
        var outcome = await _fixture.Store.ApplyAsync(Bob, new MemoryStream(Sample.Full(second)));
        Assert.Null(outcome.Held);
        _fixture.IsFriend = null;
        Assert.Equal([1], _fixture.Row("SELECT partial FROM friend WHERE entries=3000"));
        Assert.InRange(_fixture.Row("SELECT count(*) FROM file")[0], 3_201, 11_900);
        _fixture.Close();
        Assert.True(_fixture.Store.HaveRoot(Bob).IsZero);
        Assert.Equal(Carol, Assert.Single(_fixture.Store.Held()).Friend);
        _fixture.ApplyFull(Bob, second);
        Assert.Equal(second.ToHashSet(), _fixture.All(Bob).ToHashSet());
        Assert.Equal(200, _fixture.All(Carol).Count);
        var top = _fixture.Browse.Folder(SourceId.Of(Bob), "")!;
        Assert.Equal((9_000, second.Sum(e => e.Content.Length)), (top.Files, top.Bytes));
        Assert.Equal(
            [second.Sum(e => (long)e.Encode(new byte[5_000])), 0],
            _fixture.Row("SELECT encoded, partial FROM friend WHERE entries=9000")
        );
    }

    [Fact]
    public void EntriesThatStayKeepTheirRows()
    {
        var entries = Sample.Entries(1, 500);
        _fixture.ApplyFull(Bob, entries);
        var before = _fixture.Row("SELECT sum(id), max(id) FROM file");
        _fixture.ApplyFull(Bob, entries);
        Assert.Equal(before, _fixture.Row("SELECT sum(id), max(id) FROM file"));
        _fixture.ApplyFull(Bob, entries[..400]);
        Assert.Equal([400], _fixture.Row("SELECT count(*) FROM file"));
    }

    [Fact]
    public async Task ALieIsNeverWritten()
    {
        var entries = Sample.Entries(1, 6_000);
        var lie = Sample.Head(entries) with { Bytes = 5 };
        var delta = Sample.Delta(default, lie, entries.Select(DeltaStep.Upsert));
        var outcome = await _fixture.Store.ApplyAsync(Bob, new MemoryStream(delta));
        Assert.True(outcome is { Held: null, Lasting: true });
        Assert.Equal([0, 0], _fixture.Row("SELECT count(*), ifnull(max(id), 0) FROM file"));
    }

    [Fact]
    public async Task OneFriendDoesNotWaitForAllThatAnotherSends()
    {
        var large = Enumerable
            .Range(1, 5)
            .Select(seed => Sample.Full(Sample.Entries(seed, 8_000)))
            .Select(delta => _fixture.Store.ApplyAsync(Bob, new MemoryStream(delta)))
            .ToList();
        var small = Sample.Full(Sample.Entries(9, 20));
        Assert.NotNull((await _fixture.Store.ApplyAsync(Carol, new MemoryStream(small))).Held);
        Assert.False(large[^1].IsCompleted);
        Assert.All(await Task.WhenAll(large), outcome => Assert.NotNull(outcome.Held));
    }

    [Fact]
    public void WhoIsNoFriendAnyMoreGoesAtTheNextStart()
    {
        _fixture.ApplyFull(Bob, Sample.Entries(1, 3_000));
        _fixture.Close();
        _fixture.Strangers.Add(Bob);
        // Removing again waits for the removal that the start began.
        _fixture.Store.Remove(Bob);
        Assert.Equal([0], _fixture.Row("SELECT count(*) FROM file"));
    }
}
