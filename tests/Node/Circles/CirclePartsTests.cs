using System.Buffers;
using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Catalogs;
using FriendNet.Tests.Protocol.Catalogs;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Circles;

/// <summary>Large catalogs in parts, from a store into a store.</summary>
public sealed class CirclePartsTests : IDisposable
{
    private const uint Even = 0x5555;
    private const uint Odd = 0xAAAA;
    private static readonly FriendId Bob = StoreFixture.Bob;
    private static readonly FriendId Carol = StoreFixture.Carol;
    private readonly StoreFixture _theirs = new();
    private readonly StoreFixture _ours = new();
    private readonly Publisher _publisher = new();
    private readonly CircleStore _store;
    private readonly CircleParts _parts;

    public CirclePartsTests()
    {
        _store = new CircleStore(_ours.Store, () => _ours.Now);
        _parts = new CircleParts(_store, _ours.Folder);
    }

    public void Dispose()
    {
        _parts.Dispose();
        _publisher.Dispose();
        _ours.Dispose();
        _theirs.Dispose();
    }

    [Fact]
    public void SharesOfTwoFriendsMakeIt()
    {
        var entries = Sample.Entries(1, 2_000);
        var head = Hold(entries);
        var (one, other) = (Ask(head, Even), Ask(head, Odd));
        Assert.Empty(one.Request.HaveLeaves);
        Assert.Equal(new(CircleEnd.InPart, Left: Odd), Take(one, Bob, Even));
        Assert.Null(_store.Table.Find(_publisher.Id));
        var outcome = Take(other, Carol, Odd);
        Assert.Equal(CircleEnd.Held, outcome.End);
        var known = _store.Table.Find(_publisher.Id)!;
        Assert.Equal((head, Carol, outcome.Encoded), (known.Held, known.Sponsor, known.Encoded));
        Assert.Equal(entries.OrderBy(e => e.Path), All());
    }

    // Each byte of the answer altered at a time, and the answer of somebody else.
    [Fact]
    public void WhatIsWrongIsNotTakenAndTheRestGoesOn()
    {
        var head = Hold(Sample.Entries(1, 600));
        var right = Answer(head, Ask(head, Even).Request);
        for (var at = 0; at < right.Delta.Length; at += right.Delta.Length / 40)
        {
            var altered = right.Delta.ToArray();
            altered[at] ^= 1;
            Assert.NotEqual(
                CircleEnd.Held,
                Take(Ask(head, Even), Bob, Even, (right.Nodes, altered)).End
            );
        }

        var rest = Ask(head, PartNodes.All);
        Assert.Equal(CircleEnd.Held, Take(rest, Carol, PartNodes.All).End);
        Assert.Equal(600, All().Count);
    }

    [Fact]
    public void OnlyWhatDiffersComesAndGoesOnAsADelta()
    {
        var first = Sample.Entries(1, 2_000);
        var before = Hold(first);
        Assert.Equal(CircleEnd.Held, Take(Ask(before, PartNodes.All), Bob, PartNodes.All).End);
        List<CatalogEntry> second = [.. first[1..], first[0] with { Modified = 1 }];
        var head = Hold(second);
        var asked = Ask(head, 1, _publisher.Id);
        var outcome = Take(asked, Bob, 1);
        // The nodes tell of all groups which of them are as they were.
        var group = 1u << (PartAnswer.First(first[0].Path) / 16);
        if (group != 1)
        {
            Assert.Equal(new(CircleEnd.InPart, Left: group), outcome);
            outcome = Take(Ask(head, group, _publisher.Id), Carol, group);
        }

        Assert.Equal(CircleEnd.Held, outcome.End);
        Assert.InRange(outcome.Delta.Length, 1, 200);
        Assert.Equal(second.OrderBy(e => e.Path), All());
    }

    // Files are lost from our database: the rest of what is there is used, not trusted.
    [Fact]
    public void WhatIsReallyHeldIsNotAskedFor()
    {
        var entries = Sample.Entries(1, 2_000);
        var before = Hold(entries);
        Assert.Equal(CircleEnd.Held, Take(Ask(before, PartNodes.All), Bob, PartNodes.All).End);
        using (var lossy = new SqliteConnection($"Data Source={_ours.Path};Pooling=False"))
        {
            lossy.Open();
            using var lose = lossy.CreateCommand();
            lose.CommandText = "DELETE FROM file WHERE id IN (SELECT id FROM file LIMIT 2)";
            Assert.Equal(2, lose.ExecuteNonQuery());
        }

        List<CatalogEntry> second = [.. entries, Sample.Entry(new Random(1), "S/new.txt")];
        var head = Hold(second);
        var asked = Ask(head, PartNodes.All, _publisher.Id);
        var answer = Answer(head, asked.Request);
        Assert.InRange(answer.Delta.Length, 1, Publisher.Whole(entries).Length / 2);
        Assert.Equal(CircleEnd.Held, Take(asked, Bob, PartNodes.All, answer).End);
        Assert.Equal(second.OrderBy(e => e.Path), All());
    }

    // A newer head is held meanwhile, by another way: that is nobody's lie.
    [Fact]
    public void WhatMovedOnMeanwhileIsGivenUp()
    {
        var first = Sample.Entries(1, 600);
        var before = Hold(first);
        Assert.Equal(CircleEnd.Held, Take(Ask(before, PartNodes.All), Bob, PartNodes.All).End);
        var head = Hold(first[1..]);
        var asked = Ask(head, PartNodes.All, _publisher.Id);
        var answer = Answer(head, asked.Request);
        var other = _publisher.Head(first[2..]);
        _ours.ApplyCircle(Bob, other, null, new MemoryStream(Publisher.Whole(first[2..])));
        Assert.Equal(new(CircleEnd.CutOff), Take(asked, Carol, PartNodes.All, answer));
        Assert.Equal(other, _store.Table.Find(_publisher.Id)?.Held);
    }

    [Fact]
    public void SpoolsAreBoundedAndGo()
    {
        const uint Most = 0x7FFF;
        // Of one content, so that they hold it for all.
        var content = Hold(Sample.Entries(1, 8_000)).Head.Content;
        for (var i = 0; i < 20; i++)
        {
            using var publisher = new Publisher();
            var head = publisher.Head(content);
            Assert.Equal(CircleEnd.InPart, Take(Ask(head, Most), Bob, Most).End);
        }

        Assert.InRange(Spools(), 1, 16);
        _parts.Dispose();
        Assert.Equal(0, Spools());
    }

    private int Spools() =>
        Directory.GetFiles(_ours.Folder).Count(file => !file.Contains("catalog.db"));

    private SignedHead Hold(List<CatalogEntry> entries)
    {
        var head = _publisher.Head(entries);
        var whole = new MemoryStream(Publisher.Whole(entries));
        Assert.Equal(CircleEnd.Held, _theirs.ApplyCircle(Bob, head, null, whole).End);
        return head;
    }

    private PartsAsked Ask(SignedHead head, uint groups, PseudonymId? have = null) =>
        Run(_parts.Ask(head, have, groups));

    private CircleOutcome Take(PartsAsked asked, FriendId friend, uint groups) =>
        Take(asked, friend, groups, Answer(asked.Coming.Head, asked.Request));

    private CircleOutcome Take(
        PartsAsked asked,
        FriendId friend,
        uint groups,
        (CircleAnswer Nodes, byte[] Delta) answer
    )
    {
        var feed = new DeltaFeed(new MemoryStream(answer.Delta), 1 << 20);
        var outcome = Run(_parts.Take(asked.Coming, friend, groups, answer.Nodes, feed));
        _parts.Leave(asked.Coming);
        return outcome!.Value;
    }

    private (CircleAnswer Nodes, byte[] Delta) Answer(SignedHead head, CircleRequest request)
    {
        var output = new ArrayBufferWriter<byte>();
        var nodes = new CircleReads(_theirs.Store).Write(head, request, output);
        return (nodes!, output.WrittenSpan.ToArray());
    }

    private T Run<T>(IEnumerable<T?> pieces) =>
        _store.RunAsync(Bob, pieces).GetAwaiter().GetResult()!;

    private List<CatalogEntry> All() =>
        [
            .. _ours
                .Browse.FilesUnder(SourceId.Of(_publisher.Id), "")
                .Select(f => new CatalogEntry(Sample.Path(f.Path), f.Content, f.ModifiedSeconds))
                .OrderBy(e => e.Path),
        ];
}
