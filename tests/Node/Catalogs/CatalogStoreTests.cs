using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Catalogs;

public sealed class CatalogStoreTests : IDisposable
{
    private static readonly FriendId Bob = StoreFixture.Bob;
    private readonly StoreFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void EditsLeadToThePublishersState(int seed)
    {
        var random = new Random(seed);
        var pool = Sample.Entries(seed, 900);
        var view = new Dictionary<CatalogPath, CatalogEntry>();
        var root = default(FriendNet.Crypto.Merkle.Hash256);
        for (var round = 0; round < 25; round++)
        {
            var steps = new List<DeltaStep>();
            if (round % 9 == 8)
            {
                var tree = Sample.Path("Music/River Blue");
                steps.Add(DeltaStep.RemoveTree(tree));
                foreach (
                    var path in view.Keys.Where(p =>
                        p.ToString().StartsWith($"{tree}/", StringComparison.Ordinal)
                    )
                )
                    view.Remove(path);
            }

            for (var i = random.Next(1, 200); i > 0; i--)
            {
                var entry = pool[random.Next(pool.Count)] with { Modified = random.Next(9) };
                var isRemoval = random.Next(3) == 0;
                if (isRemoval)
                    view.Remove(entry.Path);
                else
                    view[entry.Path] = entry;
                steps.Add(isRemoval ? DeltaStep.Remove(entry.Path) : DeltaStep.Upsert(entry));
            }

            var head = Sample.Head(view.Values);
            var outcome = _fixture.Apply(Bob, Sample.Delta(root, head, steps));
            Assert.True(outcome.Held == head, outcome.Why);
            root = head.Root;
            Assert.Equal(view.Values.ToHashSet(), _fixture.All(Bob).ToHashSet());
            var top = _fixture.Browse.Folder(SourceId.Of(Bob), "")!;
            Assert.Equal((head.Entries, head.Bytes), (top.Files, top.Bytes));
        }

        var folders = view
            .Keys.SelectMany(path => Above(path.ToString()))
            .Distinct(StringComparer.Ordinal)
            .Sum(System.Text.Encoding.UTF8.GetByteCount);
        Assert.Equal([folders], _fixture.Row("SELECT folder_bytes FROM friend"));
        var encoded = view.Values.Sum(e => (long)e.Encode(new byte[5000]));
        var row = _fixture.Row(
            """
            SELECT encoded, folders, (SELECT count(*) - 1 FROM folder),
              (SELECT count(*) FROM folder_words WHERE folder_words MATCH 'music'),
              (SELECT count(*) FROM file_words WHERE file_words MATCH 'flac') FROM friend
            """
        );
        Assert.Equal([encoded, row[2], row[2], row[2], view.Count], row);
    }

    private static IEnumerable<string> Above(string path)
    {
        for (int end; (end = path.LastIndexOf('/')) > 0; )
            yield return path = path[..end];
    }

    [Fact]
    public void LongPathsOfFoldersAreRefused()
    {
        // Each entry has 15 folders of its own: 30 KB of paths to 4 KB.
        var entries = new List<CatalogEntry>();
        for (var i = 0; i < 1_200; i++)
        {
            var folders = Enumerable.Range(0, 15).Select(_ => new string('x', 250)).Prepend($"{i}");
            var path = Sample.Path($"S/{string.Join('/', folders)}/f");
            entries.Add(new CatalogEntry(path, default, 1));
        }

        var outcome = _fixture.Apply(Bob, Sample.Full(entries));
        Assert.True(outcome is { Held: null, Lasting: true }, outcome.Why);
        Assert.Contains("paths of folders", outcome.Why, StringComparison.Ordinal);
        _fixture.ApplyFull(Bob, [.. entries.Take(1_000)]);
    }

    [Fact]
    public void AnOlderFileLearnsTheBytesOfItsPaths()
    {
        const string Bytes = "SELECT folder_bytes FROM friend";
        _fixture.ApplyFull(Bob, Sample.Entries(1, 300));
        var counted = _fixture.Row(Bytes);
        _fixture.Close();
        _ = _fixture.Row(
            """
            ALTER TABLE friend DROP COLUMN folder_bytes; ALTER TABLE friend DROP COLUMN circle;
            ALTER TABLE friend DROP COLUMN partial; DROP TABLE pseudonym; DROP TABLE offer;
            DROP TABLE piece; DROP TABLE counter; PRAGMA user_version=1; SELECT 1
            """
        );
        Assert.Single(_fixture.Store.Held());
        Assert.Equal(counted, _fixture.Row(Bytes));
    }

    [Fact]
    public void ACatalogOfOneRemovedMeanwhileIsNotKept()
    {
        _fixture.ApplyFull(Bob, Sample.Entries(1, 3));
        _fixture.Strangers.Add(Bob);
        _fixture.Store.Remove(Bob);
        var late = _fixture.Apply(Bob, Sample.Full(Sample.Entries(1, 3)));
        Assert.True(late is { Held: null, Lasting: true });
        Assert.Empty(_fixture.Store.Held());
    }

    [Fact]
    public void AListOfAFolderIsOfOneMoment()
    {
        var entries = Sample.Entries(1, 3000);
        _fixture.ApplyFull(Bob, entries);
        using var list = _fixture.Browse.FilesUnder(SourceId.Of(Bob), "").GetEnumerator();
        Assert.True(list.MoveNext());
        _fixture.ApplyFull(Bob, [.. entries.Take(5)]);
        var files = 1;
        while (list.MoveNext())
            files++;
        Assert.Equal(entries.Count, files);
    }

    [Fact]
    public void WhatIsHeldSurvivesARestart()
    {
        var entries = Sample.Entries(1, 300);
        _fixture.ApplyFull(Bob, entries);
        _fixture.Close();
        Assert.Equal(Sample.Head(entries), Assert.Single(_fixture.Store.Held()).Head);
        Assert.Equal(Sample.NaiveRoot(entries), _fixture.Store.HaveRoot(Bob));
        var changed = entries[7] with { Modified = 5 };
        var next = Sample.Head([.. entries.Where((_, i) => i != 7), changed]);
        var delta = Sample.Delta(_fixture.Root(Bob), next, [DeltaStep.Upsert(changed)]);
        Assert.Equal(next, _fixture.Apply(Bob, delta).Held);
    }

    [Fact]
    public void AnyTamperingKeepsNothing()
    {
        var entries = Sample.Entries(1, 40);
        _fixture.ApplyFull(Bob, entries);
        var root = _fixture.Root(Bob);
        var more = Sample.Entries(2, 40, "More");
        var good = Sample.Delta(
            root,
            Sample.Head([.. entries, .. more]),
            more.Select(DeltaStep.Upsert)
        );
        for (var at = 0; at < good.Length; at += 3)
        {
            var bad = good.ToArray();
            bad[at] ^= (byte)(1 << (at % 8));
            var outcome = _fixture.Apply(Bob, bad);
            // Bits that Brotli does not read may flip: then nothing was tampered with.
            if (outcome.Held is not null)
                Assert.Equal(Sample.Read(good).Steps, Sample.Read(bad).Steps);
            Assert.Equal(outcome.Held?.Root ?? root, _fixture.Root(Bob));
            if (outcome.Held is not null)
                return;
        }

        Assert.Equal(entries.ToHashSet(), _fixture.All(Bob).ToHashSet());
        Assert.Empty(_fixture.Search.Search("more").Hits);
    }

    [Fact]
    public void ChangesThatDoNotFitAreAskedForAsAWholeOnceAndThenALie()
    {
        var entries = Sample.Entries(1, 40);
        _fixture.ApplyFull(Bob, entries);
        var root = _fixture.Root(Bob);
        var lie = Sample.Head(entries) with { Bytes = 1 };
        var first = _fixture.Apply(Bob, Sample.Delta(root, lie, []));
        Assert.Equal((null, false), (first.Held, first.Lasting));
        Assert.True(_fixture.Store.HaveRoot(Bob).IsZero);
        var whole = Sample.Delta(default, lie, entries.Select(DeltaStep.Upsert));
        Assert.True(_fixture.Apply(Bob, whole).Lasting);
        Assert.Equal(root, _fixture.Root(Bob));
        _fixture.ApplyFull(Bob, entries[..30]);
        Assert.Equal(_fixture.Root(Bob), _fixture.Store.HaveRoot(Bob));
    }

    [Fact]
    public void HostileDeltasKeepNothing()
    {
        var huge = new FriendNet.Protocol.Wire.CatalogHead(default, 1L << 60, 0);
        Assert.Contains("takes 100,000", _fixture.Apply(Bob, Sample.Delta(default, huge, [])).Why);
        var removals = Enumerable.Range(0, 3_000).Select(i => Sample.Path($"a/{i}"));
        var flood = Sample.Delta(default, default, removals.Select(DeltaStep.Remove));
        Assert.Contains("no catalog", _fixture.Apply(Bob, flood).Why);
        var entries = Sample.Entries(1, 5);
        var cut = Sample.Full(entries)[..^3];
        Assert.False(_fixture.Apply(Bob, cut).Lasting);
        Assert.Empty(_fixture.Store.Held());
    }

    [Fact]
    public void FoldersWithoutEndAreRefused()
    {
        var random = new Random(1);
        var deep = string.Join('/', Enumerable.Repeat("d", 60));
        var entries = Enumerable.Range(0, 4_000).Select(i => Sample.Entry(random, $"{i}/{deep}/f"));
        var outcome = _fixture.Apply(Bob, Sample.Full([.. entries]));
        Assert.Contains("100,000 folders", outcome.Why);
        Assert.Null(_fixture.Browse.Folder(SourceId.Of(Bob), ""));
    }

    [Fact]
    public void ARemovedFriendLeavesNothing()
    {
        _fixture.ApplyFull(Bob, Sample.Entries(1, 200));
        _fixture.ApplyFull(StoreFixture.Carol, Sample.Entries(2, 100));
        _fixture.Store.Remove(Bob);
        Assert.Equal(StoreFixture.Carol, Assert.Single(_fixture.Store.Held()).Friend);
        Assert.Empty(_fixture.All(Bob));
        Assert.Equal(100, _fixture.All(StoreFixture.Carol).Count);
        _fixture.Store.Remove(StoreFixture.Carol);
        Assert.Empty(_fixture.Search.Search("music").Hits);
        Assert.Equal(
            [0, 0],
            _fixture.Row("SELECT count(*), (SELECT count(*) FROM file) FROM folder")
        );
    }

    [Fact]
    public void ADamagedFileIsMovedAsideAndSaid()
    {
        _fixture.ApplyFull(Bob, Sample.Entries(1, 200));
        _fixture.Close();
        File.WriteAllBytes(_fixture.Path, new byte[50_000]);
        Assert.Empty(_fixture.Store.Held());
        Assert.Contains("fetched again", Assert.Single(_fixture.Said));
        Assert.Single(Directory.GetFiles(_fixture.Folder, "catalog.db.damaged-*"));
        _fixture.ApplyFull(Bob, Sample.Entries(1, 200));
    }

    [Fact]
    public void DamageInsideIsFoundAtTheNextStart()
    {
        _fixture.ApplyFull(Bob, Sample.Entries(1, 4_000));
        _fixture.Close();
        var bytes = File.ReadAllBytes(_fixture.Path);
        bytes.AsSpan(bytes.Length / 4, bytes.Length / 2).Fill(0x5A);
        File.WriteAllBytes(_fixture.Path, bytes);
        var outcome = _fixture.Apply(Bob, Sample.Full(Sample.Entries(1, 4_000)));
        // What is read first decides: at the opening itself, or by the first who writes.
        if (_fixture.Said.Count == 0)
        {
            Assert.Contains("database failed", outcome.Why);
            _fixture.Close();
            Assert.Empty(_fixture.Store.Held());
        }

        Assert.Contains("fetched again", Assert.Single(_fixture.Said));
    }
}
