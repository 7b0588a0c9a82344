using FriendNet.Node.Api;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Catalogs;
using FriendNet.Tests.Node.Catalogs;
using FriendNet.Tests.Node.Storage;
using FriendNet.Tests.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Api;

/// <summary>A long folder comes page by page: all of it, in order, nothing twice.</summary>
public sealed class BrowsePagesTests : IDisposable
{
    private const int Files = 25_000;
    private const int Folders = 300;

    /// <summary>The first is one unit above all surrogates, and before them in UTF-8.</summary>
    private static readonly string[] Odd = ["\uFF21 wide", "\U0001F3B5 music", "Ä", "~", "!"];

    private readonly SomeNode _self = new("Self");
    private readonly SomeNode _friend = new("Friend");
    private readonly StoreFixture _catalogs = new();

    public void Dispose()
    {
        _catalogs.Dispose();
        _self.Dispose();
        _friend.Dispose();
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(10_000)]
    [InlineData(97)]
    public void AllOfItComesInOrder(int limit)
    {
        using var store = _self.Open();
        using var secret = SomeNode.SomeSecret();
        store.Add(_friend.Card, secret, [], SomeNode.Now());
        var names = Enumerable.Range(0, Files).Select(i => $"f {i:x} {i * 7919 % 1000}");
        string[] files = [.. names, .. Odd];
        var folders = Enumerable.Range(0, Folders).Select(i => $"d {i * 31 % 101} {i}").ToArray();
        _catalogs.ApplyFull(
            _friend.Id,
            [
                .. files.Select(name => Entry($"all/{name}")),
                .. folders.Select(name => Entry($"all/{name}/one")),
            ]
        );
        var browse = new BrowseEndpoints(store, _catalogs.Browse, _catalogs.Store.Circles);
        List<Entry> all = [];
        IReadOnlyList<Entry> page;
        do
        {
            var after = all is [.., var last] ? $"{last.Kind}/{last.Name}" : "";
            page = browse.Folder("Friend", "all", after, limit);
            Assert.InRange(page.Count, 0, 2 * limit);
            all.AddRange(page);
        } while (page.Count >= limit);

        string[] expected =
        [
            .. folders.Order(Names.Order).Select(name => $"folder/{name}"),
            .. files.OrderBy(name => Sample.Path(name)).Select(name => $"file/{name}"),
        ];
        Assert.Equal(expected, all.Select(entry => $"{entry.Kind}/{entry.Name}"));
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a", "aa")]
    [InlineData("\uD7FF", "\uE000")]
    [InlineData("\uFFFF", "\U00010000")]
    [InlineData("\U00010000", "\U0010FFFF")]
    [InlineData("", "a")]
    public void NamesAreInTheOrderOfTheirBytes(string one, string other)
    {
        Assert.True(Names.Compare(one, other) < 0);
        Assert.True(Names.Compare(other, one) > 0);
        Assert.Equal(0, Names.Compare(other, other));
    }

    private static CatalogEntry Entry(string path) => Sample.Entry(new Random(path.Length), path);
}
