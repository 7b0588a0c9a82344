using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Circles;

/// <summary>Made-up catalogs.</summary>
internal static class Sets
{
    /// <param name="changed">Another content for the file with this number.</param>
    internal static EntrySet Of(int entries, string name = "a", int changed = 0) =>
        EntrySet.Of(
            Enumerable.Range(0, entries).Select(i => Entry(name, i, i < changed ? changed : 0))
        );

    private static CatalogEntry Entry(string name, int number, int version)
    {
        Assert.True(CatalogPath.TryParse($"Files/{name}/file {number}.txt", out var path));
        var root = new byte[Hash256.Size];
        BitConverter.TryWriteBytes(root, number + 1);
        BitConverter.TryWriteBytes(root.AsSpan(8), version);
        BitConverter.TryWriteBytes(root.AsSpan(16), name.Length + name[0]);
        return new CatalogEntry(
            path,
            new ContentId(new Hash256(root), 1000 + number),
            1_700_000_000
        );
    }
}
