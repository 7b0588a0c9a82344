using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Node.Catalogs;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Circles;

public sealed class CircleTurnsTests : IDisposable
{
    private static readonly FriendId Bob = StoreFixture.Bob;
    private static readonly FriendId Carol = StoreFixture.Carol;
    private readonly StoreFixture _fixture = new();
    private readonly Publisher _publisher = new();

    public void Dispose()
    {
        _publisher.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public async Task OneFriendDoesNotWaitForAllThatAnotherBrings()
    {
        var circles = new CircleStore(_fixture.Store, () => _fixture.Now);
        var large = Enumerable.Range(1, 5).Select(seed => Bring(circles, Bob, seed, 8_000));
        var flood = large.ToList();
        Assert.Equal(CircleEnd.Held, await Bring(circles, Carol, 9, 20));
        Assert.False(flood[^1].IsCompleted);
        Assert.All(await Task.WhenAll(flood), end => Assert.Equal(CircleEnd.Held, end));
        Assert.Equal([40_020L], _fixture.Row("SELECT count(*) FROM file"));
    }

    [Fact]
    public async Task WhatWasDecidedBeforeIsDoneBefore()
    {
        var circles = new CircleStore(_fixture.Store, () => _fixture.Now);
        var (first, second) = (Sample.Entries(1, 30), Sample.Entries(2, 40));
        var id = _publisher.Id;
        _fixture.ApplyCircle(
            Bob,
            _publisher.Head(first),
            null,
            new MemoryStream(Publisher.Whole(first))
        );
        var head = _publisher.Head(second);
        using var stream = new MemoryStream(Publisher.Whole(second));
        circles.Later(() => circles.Drop(id));
        circles.Later(() => Assert.Null(circles.Table.Find(id)));
        var apply = circles.Apply(Carol, head, null, new DeltaFeed(stream, 1 << 20));
        var ended = await circles.RunAsync(Carol, apply);
        Assert.Equal(CircleEnd.Held, ended!.Value.End);
        Assert.Equal((head, Carol), Held());
        circles.Later(() => circles.Drop(id));
        circles.Flush();
        Assert.Null(circles.Table.Find(id));
        _fixture.AwaitTurns(Bob, Carol);
        Assert.Equal(0, _fixture.Files());

        (object?, FriendId) Held() =>
            circles.Table.Find(id) is { } known ? (known.Held, known.Sponsor) : default;
    }

    private static async Task<CircleEnd> Bring(
        CircleStore circles,
        FriendId friend,
        int seed,
        int entries
    )
    {
        using var publisher = new Publisher();
        var content = Sample.Entries(seed, entries);
        using var stream = new MemoryStream(Publisher.Whole(content));
        var feed = new DeltaFeed(stream, 1 << 20);
        var pieces = circles.Apply(friend, publisher.Head(content), null, feed);
        return (await circles.RunAsync(friend, pieces))!.Value.End;
    }
}
