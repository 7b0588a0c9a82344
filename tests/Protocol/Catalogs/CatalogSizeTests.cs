using System.Text;
using FriendNet.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

public sealed class CatalogSizeTests
{
    [Theory]
    [InlineData("a/b", "a/bc", "a/bc-d/e", "a/bc/d", "ab/b")]
    [InlineData("a/b/c/d", "a/b/cc/d", "a/bb/c/d", "é/b/c")]
    public void EachFolderIsCountedOnce(params string[] paths)
    {
        var (size, most) = (default(CatalogSize), default(CatalogSize));
        CatalogPath before = default;
        var random = new Random(1);
        CatalogEntry[] entries = [.. paths.Select(path => Sample.Entry(random, path))];
        foreach (var entry in entries.OrderBy(entry => entry.Path))
        {
            size = size.With(CatalogSize.Of(entry, before));
            most = most.With(CatalogSize.Of(entry, default));
            before = entry.Path;
        }

        string[] folders = [.. paths.SelectMany(Above).Distinct()];
        var encoded = entries.Sum(entry => entry.Encode(new byte[CatalogEntry.EncodedBytesMax]));
        var bytes = folders.Sum(Encoding.UTF8.GetByteCount);
        Assert.Equal(new CatalogSize(paths.Length, encoded, folders.Length, bytes), size);
        Assert.True(size.FitsIn(most));
        Assert.False(size.FitsIn(size with { Folders = size.Folders - 1 }));
    }

    private static IEnumerable<string> Above(string path) =>
        Enumerable.Range(0, path.Length).Where(at => path[at] == '/').Select(at => path[..at]);
}
