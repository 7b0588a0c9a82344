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

    public void Dispose()
    {
        _publisher.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public void EveryHeldHeadIsTheHashOfItsRows()
    {
        var first = Sample.Entries(1, 2_000);
        var second = first[700..].Concat(Sample.Entries(2, 900, "New")).ToList();
        var (one, two) = (_publisher.Head(first), _publisher.Head(second));
        Apply(one, null, Publisher.Whole(first), null, first);
        var changes = first[..700]
            .Select(entry => DeltaStep.Remove(entry.Path))
            .Concat(second[1_300..].Select(DeltaStep.Upsert));
        var delta = Publisher.Delta(first, second, changes);
        Apply(two, _publisher.Id, delta, one, first);
        Look(two, second);
        Assert.InRange(_looks, 20, 200);
    }

    private void Apply(
        SignedHead head,
        PseudonymId? have,
        byte[] deltas,
        SignedHead? before,
        List<CatalogEntry> held
    )
    {
        var circles = new CircleStore(_fixture.Store, () => _fixture.Now);
        using var stream = new LookedAt(deltas, () => Look(before, held));
        var feed = new DeltaFeed(stream, 1 << 20);
        Assert.Equal(CircleEnd.Held, circles.Apply(StoreFixture.Bob, head, have, feed).End);
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

    private sealed class LookedAt(byte[] bytes, Action look) : MemoryStream(bytes)
    {
        private const int Piece = 2_000;

        public override int Read(byte[] buffer, int offset, int count)
        {
            look();
            return base.Read(buffer, offset, Math.Min(count, Piece));
        }
    }
}
