using System.Buffers;
using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Catalogs;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Circles;

public sealed class CircleStoreTests : IDisposable
{
    private static readonly FriendId Bob = StoreFixture.Bob;
    private static readonly FriendId Carol = StoreFixture.Carol;
    private readonly StoreFixture _fixture = new();
    private readonly Publisher _one = new();
    private readonly Publisher _other = new();

    private CircleStore Circles => new(_fixture.Store, () => _fixture.Now);

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public void WhatIsHeldIsFoundWithEveryWayAndSurvivesARestart()
    {
        var entries = Sample.Entries(1, 40);
        var head = _one.Head(entries);
        Tell(Bob, head, 2);
        Tell(Carol, head, 3);
        Hold(head, Publisher.Whole(entries));
        _fixture.Close();

        var known = Assert.Single(_fixture.Store.Circles.Known);
        Assert.Equal((head, Bob), (known.Held, known.Sponsor));
        Assert.Equal(2, known.Offers.Count);
        var owner = SourceId.Of(_one.Id);
        Assert.Equal([owner], _fixture.Browse.SourcesOf(entries[0].Content));
        var hit = _fixture.Search.Search(entries[0].Path.ToString()).Hits[0];
        Assert.Equal([new(owner, Bob, 2), new(owner, Carol, 3)], hit.Sources);
        Assert.Equal(2, hit.Ways);
        Assert.Equal(entries.OrderBy(e => e.Path), All(_one.Id).OrderBy(e => e.Path));
        Assert.Equal(40, _fixture.Browse.Folder(owner, "")?.Files);
    }

    [Fact]
    public void AFriendsPseudonymIsThatFriend()
    {
        var entries = Sample.Entries(1, 3);
        var head = _one.Head(entries);
        Tell(Carol, head, 2);
        Tell(Bob, head, 1);
        Hold(head, Publisher.Whole(entries));
        var source = Assert.Single(_fixture.Search.Search("flac").Hits[0].Sources);
        Assert.Equal(new(SourceId.Of(Bob), Bob, 1), source);
        Circles.Forget(Bob);
        Assert.Equal([SourceId.Of(_one.Id)], _fixture.Browse.SourcesOf(entries[0].Content));
    }

    [Fact]
    public void ChangesAreKeptAndGivenToThoseWhoWereAway()
    {
        var first = Sample.Entries(1, 100);
        var second = first[1..];
        List<CatalogEntry> third = [.. second, Sample.Entry(new Random(1), "S/new.txt")];
        var heads = new[] { first, second, third }.Select(_one.Head).ToArray();
        var remove = Publisher.Delta(first, second, DeltaStep.Remove(first[0].Path));
        var add = Publisher.Delta(second, third, DeltaStep.Upsert(third[^1]));
        Hold(heads[0], Publisher.Whole(first));
        var outcome = Hold(heads[1], remove, _one.Id);
        Assert.Equal(remove, outcome.Delta.ToArray());
        Hold(heads[2], add, _one.Id);

        Assert.Equal([.. remove, .. add], Written(heads[2], heads[0].Head.Content.Root.Tag));
        Assert.Equal(add, Written(heads[2], heads[1].Head.Content.Root.Tag));
        Assert.Equal(Publisher.Whole([.. third.OrderBy(e => e.Path)]), Written(heads[2], 0));
        Assert.Equal(Written(heads[2], 0), Written(heads[2], 77));
        Assert.Empty(Written(heads[1], 0));
        // All at once leads there too.
        Circles.Drop(_one.Id);
        Hold(heads[0], Publisher.Whole(first));
        Hold(heads[2], [.. remove, .. add], _one.Id);
        Assert.Equal(third.OrderBy(e => e.Path), All(_one.Id).OrderBy(e => e.Path));
        Assert.Equal([.. remove, .. add], Written(heads[2], heads[0].Head.Content.Root.Tag));
    }

    [Fact]
    public void WhatCameAndWentIsNamedOnlyToThoseWhoSawIt()
    {
        var first = Sample.Entries(1, 100);
        var (came, later) = (Sample.Entry(new(1), "X/came.txt"), Sample.Entry(new(2), "S/l.txt"));
        List<CatalogEntry>[] states = [first, [.. first, came], [.. first, later]];
        var add = Publisher.Delta(first, states[1], DeltaStep.Upsert(came));
        var replace = Publisher.Delta(
            states[1],
            states[2],
            DeltaStep.Upsert(later),
            DeltaStep.RemoveTree(Sample.Path("X"))
        );
        Hold(_one.Head(first), Publisher.Whole(first));
        Hold(_one.Head(states[1]), add, _one.Id);
        var head = _one.Head(states[2]);
        Hold(head, replace, _one.Id);

        Assert.Equal(Written(head, 0), Written(head, Sample.NaiveRoot(first).Tag));
        Assert.Equal(replace, Written(head, Sample.NaiveRoot(states[1]).Tag));
    }

    [Fact]
    public void OldDeltasGo()
    {
        List<List<CatalogEntry>> states = [Sample.Entries(1, 50)];
        Hold(_one.Head(states[0]), Publisher.Whole(states[0]));
        SignedHead head = null!;
        for (var i = 0; i < 20; i++)
        {
            List<CatalogEntry> next = [.. states[^1], Sample.Entry(new Random(i), $"S/{i}")];
            head = _one.Head(next);
            Hold(head, Publisher.Delta(states[^1], next, DeltaStep.Upsert(next[^1])), _one.Id);
            states.Add(next);
        }

        Assert.Equal([16L], Settled("SELECT count(*) FROM piece"));
        Assert.NotEqual(Written(head, 0), Written(head, Sample.NaiveRoot(states[4]).Tag));
        Assert.Equal(Written(head, 0), Written(head, Sample.NaiveRoot(states[3]).Tag));
    }

    [Fact]
    public void ALieLeavesWhatWasHeld()
    {
        var first = Sample.Entries(1, 30);
        List<CatalogEntry> second = [.. first, Sample.Entry(new Random(1), "S/new.txt")];
        var (held, next) = (_one.Head(first), _one.Head(second));
        Hold(held, Publisher.Whole(first));
        var rows = _fixture.Row("SELECT count(*), sum(id) FROM file");
        var right = Publisher.Delta(first, second, DeltaStep.Upsert(second[^1]));
        var wrong = Publisher.Delta(
            first,
            second,
            DeltaStep.Upsert(second[^1] with { Modified = 5 })
        );
        var elsewhere = Publisher.Delta(second, second);
        Assert.Equal(CircleEnd.Lied, Apply(next, wrong, _one.Id).End);
        Assert.Equal(CircleEnd.Lied, Apply(next, elsewhere, _one.Id).End);
        Assert.Equal(CircleEnd.Lied, Apply(next, Publisher.Whole(first), _one.Id).End);
        Assert.Equal(CircleEnd.Lied, Apply(next, new byte[100], _one.Id).End);
        for (var cut = 0; cut < right.Length; cut++)
            Assert.NotEqual(CircleEnd.Held, Apply(next, right[..cut], _one.Id).End);
        Assert.Equal(rows, _fixture.Row("SELECT count(*), sum(id) FROM file"));
        Assert.Equal(held, _fixture.Store.Circles.Find(_one.Id)?.Held);
        Hold(next, right, _one.Id);
    }

    [Fact]
    public void TwoOfOneRootShareItUntilOneMovesOn()
    {
        var first = Sample.Entries(1, 30);
        var (one, other) = (_one.Head(first), _other.Head(first));
        Tell(Bob, one, 2);
        Tell(Carol, other, 2);
        Hold(one, Publisher.Whole(first));
        Assert.True(Circles.KeepHead(other, _one.Id, Carol));
        Assert.Equal([30L], Settled("SELECT count(*) FROM file"));
        Assert.Equal(2, _fixture.Browse.SourcesOf(first[0].Content).Count);

        List<CatalogEntry> second = [.. first[1..], Sample.Entry(new Random(1), "S/new.txt")];
        var delta = Publisher.Delta(
            first,
            second,
            DeltaStep.Remove(first[0].Path),
            DeltaStep.Upsert(second[^1])
        );
        var next = _one.Head(second);
        Hold(next, delta, _one.Id);
        Assert.Equal([60L], Settled("SELECT count(*) FROM file"));
        Assert.Equal([SourceId.Of(_other.Id)], _fixture.Browse.SourcesOf(first[0].Content));
        Assert.Equal([SourceId.Of(_one.Id)], _fixture.Browse.SourcesOf(second[^1].Content));
        Assert.Equal(delta, Written(next, one.Head.Content.Root.Tag));
        // By the other's content as well, of which the own one is replaced.
        var third = _other.Head(second);
        Hold(third, Publisher.Delta(second, second), _one.Id);
        Assert.Empty(_fixture.Browse.SourcesOf(first[0].Content));

        Circles.Drop(_one.Id);
        Circles.Drop(_other.Id);
        Assert.Equal([0L], Settled("SELECT count(*) FROM file"));
        Assert.Equal([0L], Settled("SELECT count(*) FROM friend"));
        Assert.Equal([0L], Settled("SELECT count(*) FROM folder"));
        Assert.Equal([0L], Settled("SELECT count(*) FROM pseudonym"));
    }

    [Fact]
    public void AHeadWithoutItsContentIsNotKept()
    {
        var entries = Sample.Entries(1, 3);
        Hold(_one.Head(entries), Publisher.Whole(entries));
        Assert.False(Circles.KeepHead(_other.Head(entries[1..]), _one.Id, Bob));
        Assert.False(Circles.KeepHead(_other.Head(entries), null, Bob));
        var refreshed = _one.Head(entries);
        Assert.True(Circles.KeepHead(refreshed, null, Bob));
        _fixture.Close();
        Assert.Equal(refreshed, _fixture.Store.Circles.Find(_one.Id)?.Held);
    }

    // What nobody has any more goes in turns.
    private long[] Settled(string sql)
    {
        _fixture.AwaitTurns(Bob, Carol);
        return _fixture.Row(sql);
    }

    private CircleOutcome Hold(SignedHead head, byte[] deltas, PseudonymId? have = null)
    {
        var outcome = Apply(head, deltas, have);
        Assert.Equal(CircleEnd.Held, outcome.End);
        Assert.True(outcome.Encoded > 0);
        return outcome;
    }

    private CircleOutcome Apply(SignedHead head, byte[] deltas, PseudonymId? have) =>
        _fixture.ApplyCircle(Bob, head, have, new MemoryStream(deltas));

    private void Tell(FriendId friend, SignedHead head, int hops) =>
        Circles.KeepOffers(friend, [new OfferChange(head.Head.Pseudonym, head, hops)]);

    private byte[] Written(SignedHead head, ulong have)
    {
        var output = new ArrayBufferWriter<byte>();
        var way = new CircleReads(_fixture.Store).Write(head, have, isAlone: true, output);
        return way == CircleWay.Written ? output.WrittenSpan.ToArray() : [];
    }

    private List<CatalogEntry> All(PseudonymId pseudonym) =>
        [
            .. _fixture
                .Browse.FilesUnder(SourceId.Of(pseudonym), "")
                .Select(f => new CatalogEntry(Sample.Path(f.Path), f.Content, f.ModifiedSeconds)),
        ];
}
