using System.Text;
using FriendNet.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

public sealed class PathTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("Music/01 a.flac")]
    [InlineData("a/.hidden/..x/...")]
    [InlineData("ü/日本/\u0001\n")]
    public void ValidPathsComeBack(string text) => Assert.Equal(text, Sample.Path(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("a/..")]
    [InlineData("a/./b")]
    [InlineData("a\0b")]
    public void OthersAreRefused(string text) => Assert.False(CatalogPath.TryParse(text, out _));

    [Fact]
    public void LimitsHold()
    {
        var deep = string.Join('/', Enumerable.Repeat("d", 64));
        Assert.True(CatalogPath.TryParse(deep, out _));
        Assert.False(CatalogPath.TryParse(deep + "/d", out _));
        Assert.True(CatalogPath.TryParse(new string('n', 255), out _));
        Assert.False(CatalogPath.TryParse(new string('n', 256), out _));
        var longest = string.Join('/', Enumerable.Repeat(new string('n', 255), 16));
        Assert.Equal(4095, longest.Length);
        Assert.True(CatalogPath.TryParse(longest, out _));
        Assert.False(CatalogPath.TryParse(longest + "/m", out _));
        Assert.False(CatalogPath.TryParse([(byte)'a', 0xC3, 0x28], out _));
        Assert.False(CatalogPath.TryParse([0xC0, 0xAF], out _));
        Assert.False(CatalogPath.TryParse("a/" + (char)0xD800, out _));
    }

    [Fact]
    public void OrderIsThatOfBytes()
    {
        var (high, low) = (Sample.Path("\U0001F600"), Sample.Path("\uFFFD"));
        Assert.True(high > low);
        Assert.Equal("\U0001F600"u8.ToArray(), high.Utf8.ToArray());
        Assert.Equal(high, Sample.Path("\U0001F600"));
        Assert.Equal("a/b", Encoding.UTF8.GetString(Sample.Path("a/b").Utf8));
    }
}
