using System.Security.Cryptography;
using System.Text;
using FriendNet.Node.Shares;
using FriendNet.Tests.Crypto.Merkle;
using Xunit;

namespace FriendNet.Tests.Node.Shares;

/// <summary>
/// What is in the folders is in the index, with the right roots, and found by them.
/// </summary>
public sealed class ShareIndexTests : IDisposable
{
    private readonly IndexedHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void FilesOfAllSizesAreIndexedAndFound()
    {
        int[] lengths = [0, 1, 16384, 1 << 20, (1 << 20) + 1, (9 << 20) + 12345];
        var samples = lengths.Select((length, i) => new Sample(length, i)).ToArray();
        for (var i = 0; i < samples.Length; i++)
            _home.Write($"some folder/f{i}", samples[i].Bytes);
        var index = _home.Open();
        Assert.Equal(lengths.Length, _home.Rows().Count);
        for (var i = 0; i < samples.Length; i++)
        {
            var row = _home.Row($"some folder/f{i}");
            Assert.Equal((samples[i].Root, samples[i].Length), (row.Root, row.Size));
            var place = _home.Find(row.Root, row.Size);
            Assert.Equal($"{_home.Share}/some folder/f{i}", place!.FullPath);
            Assert.Equal(samples[i].Layer.ToArray(), place.Runs.Layer.ToArray());
            using var file = place.Open();
            Assert.Equal(row.Size, RandomAccess.GetLength(file!));
            Assert.Null(_home.Find(row.Root, row.Size + 1));
        }
        var status = Assert.Single(index.Shares);
        Assert.Equal((ShareState.Ready, 6L, ""), (status.State, status.Files, status.Sentence));
        Assert.Equal(samples.Sum(sample => sample.Length), status.Bytes);
    }

    [Fact]
    public void RowsComeInOrderOfTheirKeys()
    {
        for (var i = 0; i < 300; i++)
            _home.Write($"d{i % 7}/{i}", [(byte)(i % 256)]);
        _home.Open();
        var rows = _home.Rows();
        Assert.Equal(300, rows.Count);
        Assert.Equal(
            rows.OrderBy(row => row.Key).Select(row => row.Path),
            rows.Select(r => r.Path)
        );
        foreach (var row in rows)
            Assert.Equal(
                SHA256.HashData(Encoding.UTF8.GetBytes($"music/{row.Path}")),
                row.Key.ToArray()
            );
        for (var first = 0; first < 256; first++)
        {
            byte[] prefix = [(byte)first];
            var some = _home.Index.InKeyOrder(IndexedHome.One, prefix).Select(row => row.Path);
            Assert.Equal(rows.Where(r => r.Key.ToArray()[0] == first).Select(r => r.Path), some);
        }
    }

    /// <summary>A disk that rots changes no time.</summary>
    [Fact]
    public void WhatCouldNotBeServedIsHashedAgain()
    {
        var path = _home.Write("a", new byte[5000]);
        _home.Open();
        var row = _home.Row("a");
        _home.Index.Doubt(_home.Find(row.Root, row.Size)!);
        _home.WaitFor(() => !_home.Index.Indexing && _home.Row("a").Seq > row.Seq);
        Assert.Equal(row.Root, _home.Row("a").Root);
        IndexedHome.Spoil(path);
        _home.Index.Doubt(_home.Find(row.Root, row.Size)!);
        _home.WaitFor(() => _home.Find(row.Root, row.Size) is null);
        Assert.NotEqual(row.Root, _home.Row("a").Root);
    }

    [Fact]
    public void NothingIsHashedAgainAtAStartOrARescan()
    {
        var path = _home.Write("a", new byte[5000]);
        _home.Open();
        var (row, seq) = (_home.Row("a"), _home.Index.Seq);
        IndexedHome.Spoil(path);
        _home.Rescan();
        Assert.Equal(row, _home.Row("a"));
        _home.Close();
        _home.Open();
        Assert.Equal(row, _home.Row("a"));
        Assert.Equal(seq, _home.Index.Seq);
    }

    [Fact]
    public void RenamedFilesAndFoldersAreNotHashedAgain()
    {
        var path = _home.Write("old/a", new byte[(2 << 20) + 7]);
        _home.Open();
        var row = _home.Row("old/a");
        IndexedHome.Spoil(path);
        Directory.Move(_home.At("share/old"), _home.At("share/new"));
        _home.WaitFor(() => _home.Paths() is ["new/a"] && !_home.Index.Indexing);
        Assert.Equal(row.Root, _home.Row("new/a").Root);
        Assert.Equal("new/a", _home.Find(row.Root, row.Size)!.Path);
        Assert.Equal(3, _home.Find(row.Root, row.Size)!.Runs.Layer.Length);
    }

    [Fact]
    public void AFileOfTheSameNameSizeAndRoundTimeIsNotTakenForAnother()
    {
        // As unpacked from an archive: times of whole seconds, sizes alike, contents not.
        var time = DateTime.UnixEpoch.AddYears(40);
        var first = _home.Write("one/README", [1, 2, 3]);
        File.SetLastWriteTimeUtc(first, time);
        _home.Open();
        var row = _home.Row("one/README");
        Directory.Delete(_home.At("share/one"), recursive: true);
        var second = _home.Write("two/README", [3, 2, 1]);
        File.SetLastWriteTimeUtc(second, time);
        _home.Rescan();
        _home.WaitFor(() => _home.Paths() is ["two/README"]);
        Assert.NotEqual(row.Root, _home.Row("two/README").Root);
    }

    [Fact]
    public void ChangesAreToldOnceWithTombstones()
    {
        _home.Write("keep", [1]);
        var gone = _home.Write("gone", [2]);
        _home.Open();
        var seq = _home.Index.Seq;
        Assert.Empty(_home.Index.ChangesAfter(IndexedHome.One, seq));
        var removed = _home.Row("gone");
        File.Delete(gone);
        _home.Write("new", [3]);
        _home.Rescan();
        var changes = _home.Index.ChangesAfter(IndexedHome.One, seq).ToList();
        Assert.Equal(["new", "gone"], changes.Select(change => change.Path));
        Assert.Equal([false, true], changes.Select(change => change.Deleted));
        Assert.Equal(_home.Index.Seq, changes[^1].Seq);
        Assert.Null(_home.Find(removed.Root, removed.Size));
        Assert.Empty(_home.Index.ChangesAfter(new HashSet<int> { 2 }, 0));
    }

    [Fact]
    public void AnotherCopyStandsInForOneThatIsGoneOrChanged()
    {
        string[] paths = [.. "abc".Select(c => _home.Write($"{c}", new byte[2 << 20]))];
        _home.Open();
        var row = _home.Row("a");
        HashSet<string> seen = [];
        for (var left = 3; left > 0; left--)
        {
            var place = _home.Find(row.Root, row.Size)!;
            Assert.Equal(place, _home.Find(row.Root, row.Size));
            Assert.True(seen.Add(place.Path));
            if (left == 3)
                File.Delete(place.FullPath);
            else
                File.SetLastWriteTimeUtc(place.FullPath, DateTime.UtcNow);
            Assert.Null(place.Open());
        }
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public void SharesAreApartAndEndAtOnce()
    {
        Directory.CreateDirectory(_home.At("films"));
        File.WriteAllBytes(_home.At("films/x"), [9]);
        _home.Write("x", [9]);
        _home.Open(_home.Music, new ShareFolder(2, "films", _home.At("films")));
        var row = _home.Row("x");
        IReadOnlySet<int> two = new HashSet<int> { 2 };
        Assert.Equal("films", Path.GetFileName(Location(two)!.Folder));
        Assert.Equal("share", Path.GetFileName(Location(IndexedHome.One)!.Folder));
        Assert.Null(Location(new HashSet<int> { 3 }));
        var seq = _home.Index.Seq;
        _home.Index.Remove(2);
        Assert.Null(Location(two));
        Assert.Single(_home.Index.Shares);
        _home.WaitFor(() => _home.Index.ChangesAfter(two, seq).Any());
        Assert.True(_home.Index.ChangesAfter(two, seq).Single().Deleted);
        Assert.Empty(_home.Index.InKeyOrder(two));
        Assert.Throws<ArgumentException>(() => _home.Index.Add(new(3, "music", "/")));

        FileLocation? Location(IReadOnlySet<int> shares) =>
            _home.Index.TryFind(row.Root, 1, shares.Contains, out var place) ? place : null;
    }

    [Fact]
    public void CopiesThatAreHiddenCostNothing()
    {
        for (var i = 0; i < 50; i++)
            _home.Write($"{i}", [7]);
        Directory.CreateDirectory(_home.At("films"));
        File.WriteAllBytes(_home.At("films/x"), [7]);
        _home.Open(_home.Music, new ShareFolder(2, "films", _home.At("films")));
        var root = _home.Row("0").Root;
        List<int> asked = [];
        Assert.False(Find(_ => false));
        Assert.Equal([1, 2], asked);
        asked.Clear();
        Assert.True(Find(share => share == 2));
        Assert.Equal([1, 2], asked);

        bool Find(Func<int, bool> visible) =>
            _home.Index.TryFind(
                root,
                1,
                share =>
                {
                    asked.Add(share);
                    return visible(share);
                },
                out _
            );
    }

    [Fact]
    public void ARenamedShareGetsNewKeysWithoutHashing()
    {
        var path = _home.Write("a", [1, 2, 3]);
        _home.Open();
        var row = _home.Row("a");
        IndexedHome.Spoil(path);
        _home.Index.Add(_home.Music with { Name = "songs" });
        _home.WaitFor(() => !_home.Index.Indexing);
        Assert.Equal(row.Root, _home.Row("a").Root);
        Assert.Equal(EntryKey.Of("songs", "a"), _home.Row("a").Key);
        Assert.Equal(("songs", 1L), (_home.Index.Shares[0].Name, _home.Index.Shares[0].Files));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnIndexDamagedInsideIsMadeAnewAtOnce(bool isOpen)
    {
        _home.Write("a", [1]);
        _home.Open();
        if (!isOpen)
            _home.Close();
        _home.DamageInside();
        _home.Write("b", [2]);
        if (isOpen)
            _home.Index.Rescan(1);
        else
            _home.Open();
        _home.WaitFor(() =>
            Directory.GetFiles(_home.At(""), "index.db.damaged-????????-??????").Length == 1
            && _home.Index is { Indexing: false, Seq: > 0 }
        );
        Assert.Equal(["a", "b"], _home.Paths());
        _home.Close();
        _home.Open();
        Assert.Null(_home.Index.Notice);
    }

    [Fact]
    public void ADamagedIndexIsKeptAsideAndMadeAnew()
    {
        _home.Write("a", [1]);
        _home.Open();
        var seq = _home.Index.Seq;
        _home.Close();
        File.WriteAllText(_home.Database, new string('x', 5000));
        _home.Open();
        Assert.Contains("damaged", _home.Index.Notice, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_home.At(""), "index.db.damaged-????????-??????"));
        Assert.Equal(["a"], _home.Paths());
        Assert.True(_home.Index.Seq > seq && _home.Index.ForgottenSeq >= seq);
    }
}
