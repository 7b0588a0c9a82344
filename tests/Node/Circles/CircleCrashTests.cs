using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Catalogs;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Circles;

/// <summary>
/// The store's files as kill -9 would leave them at some moment, opened again: what it says it
/// holds, it holds.
/// </summary>
public sealed class CircleCrashTests : IDisposable
{
    private readonly StoreFixture _fixture = new();
    private readonly Publisher _publisher = new();
    private int _looks;
    private int _halves;

    public void Dispose()
    {
        _publisher.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public void EveryHeldHeadIsTheHashOfItsRows()
    {
        var first = Sample.Entries(1, 2_500);
        var second = first[2_000..].Concat(Sample.Entries(2, 4_000, "New")).ToList();
        var third = second[1_000..];
        var (one, two, three) = (Head(first), Head(second), Head(third));
        Apply(one, null, Publisher.Whole(first), null, first);
        // Too many changes for one transaction: they make a new row of it.
        var changes = first[..2_000]
            .Select(entry => DeltaStep.Remove(entry.Path))
            .Concat(second[500..].Select(DeltaStep.Upsert));
        Apply(two, _publisher.Id, Publisher.Delta(first, second, changes), one, first);
        Assert.InRange(_halves, 2, 200);
        var removals = second[..1_000].Select(entry => DeltaStep.Remove(entry.Path));
        Apply(three, _publisher.Id, Publisher.Delta(second, third, removals), two, second);
        Look(three, third);
        Assert.InRange(_looks, 20, 2_000);
    }

    private SignedHead Head(List<CatalogEntry> entries) => _publisher.Head(entries);

    private void Apply(
        SignedHead head,
        PseudonymId? have,
        byte[] deltas,
        SignedHead? before,
        List<CatalogEntry> held
    )
    {
        var circles = new CircleStore(_fixture.Store, () => _fixture.Now);
        using var stream = new MemoryStream(deltas);
        var feed = new DeltaFeed(stream, 1 << 20);
        var run = circles.RunAsync(StoreFixture.Bob, Looked());
        Assert.Equal(CircleEnd.Held, run.GetAwaiter().GetResult()!.Value.End);
        _fixture.AwaitTurns(StoreFixture.Bob);

        IEnumerable<CircleOutcome?> Looked()
        {
            var pieces = 0;
            foreach (var piece in circles.Apply(StoreFixture.Bob, head, have, feed))
            {
                // Leaves are hashed one by one; what is written is looked at each time.
                if (piece is null && (_fixture.Files() != held.Count || ++pieces % 50 == 1))
                    Look(before, held);
                yield return piece;
            }
        }
    }

    private void Look(SignedHead? head, List<CatalogEntry> entries)
    {
        _looks++;
        using var copy = new StoreFixture();
        foreach (var file in Directory.GetFiles(_fixture.Folder, "catalog.db*"))
        {
            // Shared memory of the journal does not survive its process.
            if (!file.EndsWith("-shm", StringComparison.Ordinal))
                File.Copy(file, Path.Combine(copy.Folder, Path.GetFileName(file)));
        }

        _halves += copy.Files() != (head is null ? 0 : entries.Count) ? 1 : 0;
        copy.AwaitTurns();
        var known = copy.Store.Circles.Find(_publisher.Id);
        Assert.Equal(head, known?.Held);
        if (head is null)
        {
            Assert.Equal([0L], copy.Row("SELECT count(*) FROM file"));
            return;
        }

        var owner = SourceId.Of(_publisher.Id);
        var rows = copy
            .Browse.FilesUnder(owner, "")
            .Select(f => new CatalogEntry(Sample.Path(f.Path), f.Content, f.ModifiedSeconds));
        Assert.Equal(head.Head.Content, Sample.Head(rows));
        Assert.Equal([(long)entries.Count], copy.Row("SELECT count(*) FROM file"));
    }
}
