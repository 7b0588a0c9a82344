using System.Security.Cryptography;
using System.Text;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Catalogs;

/// <summary>50,000 entries of 50 sources: what is found, not how fast.</summary>
public sealed class SearchScaleTests : IDisposable
{
    private const int Sources = 50;
    private const int EntriesEach = 1_000;
    private readonly StoreFixture _fixture = new();
    private readonly List<(CatalogEntry Entry, FriendId Source)> _all = [];

    public SearchScaleTests()
    {
        for (var source = 1; source <= Sources; source++)
        {
            var friend = new FriendId((UInt128)source);
            var entries = Sample.Entries(source, EntriesEach, $"Share{source}");
            // A third has the same bytes at ten sources.
            for (var i = 0; i < entries.Count; i += 3)
                entries[i] = entries[i] with { Content = SharedContent(source % 5, i) };
            _fixture.ApplyFull(friend, entries);
            _all.AddRange(entries.Select(e => (e, friend)));
        }
    }

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("share17")]
    [InlineData("lantern 3e7")]
    [InlineData("share3 glass 2")]
    [InlineData("night 00077")]
    public void AllThatMatchesIsFoundOnceWithAllItsSources(string text)
    {
        var words = text.Split(' ');
        var expected = _all.Where(a => Matches(a.Entry.Path.ToString(), words))
            .Select(a => a.Entry.Content)
            .ToHashSet();
        var sources = _all.ToLookup(a => a.Entry.Content, a => a.Source);
        var found = new Dictionary<ContentId, IReadOnlyList<FriendId>>();
        string? after = null;
        do
        {
            var page = _fixture.Search.Search(text, 64, after);
            foreach (var hit in page.Hits.Where(h => h.Content is not null))
                found[hit.Content!.Value] = [.. hit.Sources.Select(one => one.Via)];
            after = page.Next;
        } while (after is not null);
        Assert.NotEmpty(expected);
        // Empty files are one content.
        Assert.Equal(expected, found.Keys.ToHashSet());
        foreach (var (content, who) in found)
            Assert.Equal(sources[content].ToHashSet(), who.ToHashSet());
    }

    [Fact]
    public void OfTheCommonestWordAPageIsFull()
    {
        var page = _fixture.Search.Search("flac");
        Assert.Equal(50, page.Hits.Count);
        Assert.NotNull(page.Next);
        Assert.Equal(50, page.Hits.Select(h => h.Content).Distinct().Count());
    }

    [Fact]
    public void PagesOfOneWindowDoNotRepeatThemselves()
    {
        var seen = new List<string>();
        string? after = null;
        for (var pages = 0; pages < 4; pages++)
        {
            var page = _fixture.Search.Search("flac", 12, after);
            seen.AddRange(page.Hits.Select(h => h.Id));
            after = page.Next;
        }

        Assert.Equal(48, seen.Distinct(StringComparer.Ordinal).Count());
    }

    // Every word of the question begins some word of the path.
    private static bool Matches(string path, string[] words)
    {
        var parts = path.ToUpperInvariant().Split('/', ' ', '.');
        return words.All(w =>
            parts.Any(p => p.StartsWith(w.ToUpperInvariant(), StringComparison.Ordinal))
        );
    }

    private static ContentId SharedContent(int group, int number)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{group} {number}"));
        return new ContentId(new Hash256(hash), 1 + number);
    }
}
