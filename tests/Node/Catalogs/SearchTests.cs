using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Catalogs;

public sealed class SearchTests : IDisposable
{
    private static readonly FriendId Bob = StoreFixture.Bob;
    private static readonly FriendId Carol = StoreFixture.Carol;
    private readonly StoreFixture _fixture = new();
    private readonly Random _random = new(1);

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("come together")]
    [InlineData("COME tog")]
    [InlineData("beatles abbey come")]
    [InlineData("together_come.flac")]
    [InlineData("c")]
    public void PrefixesOfWordsOfThePathFind(string text)
    {
        Offer(Bob, "Music/The Beatles/Abbey Road/01 Come Together.flac", "Music/other/x.mp3");
        Assert.Contains(_fixture.Search.Search(text).Hits, h => h.Name == "01 Come Together.flac");
    }

    [Theory]
    [InlineData("cafe", "Café del Mar.mp3")]
    [InlineData("CAFÉ", "cafe.txt")]
    [InlineData("cafe", "Cafe\u0301.txt")]
    [InlineData("ΣΊΣΥΦΟΣ", "σίσυφος.pdf")]
    [InlineData("данн", "Данные.bin")]
    [InlineData("日本", "日本語.txt")]
    [InlineData("remastere", "Remastered Ääni.flac")]
    [InlineData("remastered", "old-REMASTERED.flac")]
    [InlineData("हिन्दी", "हिन्दी गीत.mp3")]
    public void CaseAndMarksAreFolded(string text, string name)
    {
        Offer(Bob, $"S/{name}");
        Assert.Equal(name, Assert.Single(_fixture.Search.Search(text).Hits).Name);
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("a\" OR \"b")]
    [InlineData("NEAR(x y)")]
    [InlineData("text:x AND -")]
    [InlineData("*^(){}[]'\\;--")]
    [InlineData("rock-n-roll")]
    [InlineData("\u0301")]
    [InlineData("😀 \ud800 \0 x")]
    [InlineData("𐐀𞤀 ꟸ ᷺ ⅷ ②")]
    public void AnyTextIsHarmless(string text)
    {
        Offer(Bob, "S/a b.txt", "S/rock n roll.mp3");
        Assert.DoesNotContain(_fixture.Search.Search(text).Hits, h => h.Name == "a b.txt");
        Assert.Single(_fixture.Search.Search("a").Hits);
    }

    [Fact]
    public void OneContentIsOneHitWithItsSources()
    {
        var entry = Sample.Entry(_random, "Music/song.mp3");
        _fixture.ApplyFull(Bob, [entry, entry with { Path = Sample.Path("Music/copy/song.mp3") }]);
        _fixture.ApplyFull(Carol, [entry with { Path = Sample.Path("Stuff/my song.mp3") }]);
        var hit = Assert.Single(_fixture.Search.Search("song").Hits);
        Assert.Equal([Bob, Carol], hit.Sources.Select(one => one.Via).Order(Comparer()));
        var sources = _fixture.Browse.SourcesOf(entry.Content);
        Assert.Equal([Bob, Carol], sources.Select(one => one.Friend!.Value).Order(Comparer()));
        _fixture.Store.Remove(Bob);
        var left = Assert.Single(_fixture.Search.Search("song").Hits);
        Assert.Equal([new HitSource(SourceId.Of(Carol), Carol, 1)], left.Sources);
        Assert.Empty(_fixture.Browse.SourcesOf(Sample.Content(_random, 5)));
    }

    [Fact]
    public void WholeWordsInTheNameComeFirst()
    {
        Offer(
            Bob,
            "S/Blue/other.txt",
            "S/x/bluebird.txt",
            "S/x/a very long name with blue.txt",
            "S/x/blue.txt"
        );
        var names = _fixture.Search.Search("blue").Hits.Select(h => h.Name).ToList();
        string[] expected =
        [
            "Blue",
            "blue.txt",
            "a very long name with blue.txt",
            "bluebird.txt",
            "other.txt",
        ];
        Assert.Equal(expected, names);
    }

    [Fact]
    public void FoldersAreHitsWithCounts()
    {
        Offer(Bob, "S/Live 1999/a.mp3", "S/Live 1999/sub/b.mp3", "S/z/c.mp3");
        var hit = Assert.Single(_fixture.Search.Search("live").Hits, h => h.Content is null);
        Assert.Equal(("S/Live 1999", 2L), (hit.Path, hit.Files));
        var folder = _fixture.Browse.Resolve(hit.Id)!.Folder!;
        Assert.Equal((hit.Size, SourceId.Of(Bob)), (folder.Bytes, folder.Owner));
        var files = _fixture.Browse.FilesUnder(folder.Owner, folder.Path);
        Assert.Equal(["a.mp3", "sub/b.mp3"], files.Select(f => f.Path));
    }

    [Fact]
    public void PagesHoldEveryContentOnce()
    {
        var entries = Sample.Entries(3, 1_500);
        _fixture.ApplyFull(Bob, entries);
        var seen = new List<ContentId>();
        string? after = null;
        do
        {
            var page = _fixture.Search.Search("flac", 70, after);
            seen.AddRange(
                page.Hits.Where(h => h.Content is not null).Select(h => h.Content!.Value)
            );
            after = page.Next;
        } while (after is not null);
        Assert.Equal(entries.Select(e => e.Content).ToHashSet(), seen.ToHashSet());
        Assert.Empty(_fixture.Search.Search("flac", 70, "rubbish.-1").Hits.Skip(70));
    }

    [Fact]
    public void RareLongWordsAreFoundBehindCommonOnes()
    {
        var entries = Enumerable
            .Range(0, 1_000)
            .Select(i => Sample.Entry(_random, $"S/remastered {i}.mp3"))
            .Prepend(Sample.Entry(_random, "S/remasterable.mp3"))
            .ToList();
        _fixture.ApplyFull(Bob, entries);
        Assert.Equal(
            "remasterable.mp3",
            Assert.Single(_fixture.Search.Search("remastera").Hits).Name
        );
    }

    [Fact]
    public void IdsResolve()
    {
        var entry = Sample.Entry(_random, "S/a.bin") with { Content = Sample.Content(_random, 77) };
        _fixture.ApplyFull(Bob, [entry]);
        var hit = Assert.Single(_fixture.Search.Search("bin").Hits);
        Assert.Matches("^[a-z2-7]{16}$", hit.Id);
        foreach (var id in (string[])[hit.Id, hit.Id.ToUpperInvariant(), $"{entry.Content}"])
        {
            var resolved = _fixture.Browse.Resolve(id)!;
            Assert.Equal(entry.Content, resolved.Content);
            Assert.Equal(["a.bin"], resolved.Names);
            Assert.Equal(Bob, Assert.Single(resolved.Sources).Via);
        }

        foreach (var id in (string[])["", "aaaaaaaaaaaaaaaa", "1aaaaaaaaaaaaaaa", "00-5", "é-"])
            Assert.Null(_fixture.Browse.Resolve(id));
    }

    [Fact]
    public void BrowsingIsPaged()
    {
        Offer(Bob, [.. Enumerable.Range(0, 25).Select(i => $"S/d{i:D2}/f{i}.txt")]);
        Assert.Equal(25, Assert.Single(_fixture.Browse.Folders(SourceId.Of(Bob), "")).Files);
        var first = _fixture.Browse.Folders(SourceId.Of(Bob), "S", "", 10);
        var rest = _fixture.Browse.Folders(SourceId.Of(Bob), "S", first[^1].Name, 100);
        Assert.Equal((10, 15), (first.Count, rest.Count));
        Assert.Equal(
            "f7.txt",
            Assert.Single(_fixture.Browse.Files(SourceId.Of(Bob), "S/d07")).Name
        );
        Assert.Empty(_fixture.Browse.Files(SourceId.Of(Bob), "S/none"));
        Assert.Empty(_fixture.Browse.Files(SourceId.Of(Carol), ""));
    }

    private static Comparer<FriendId> Comparer() =>
        Comparer<FriendId>.Create((a, b) => a.Value.CompareTo(b.Value));

    private void Offer(FriendId friend, params string[] paths) =>
        _fixture.ApplyFull(friend, [.. paths.Select(p => Sample.Entry(_random, p))]);
}
