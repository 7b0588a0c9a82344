using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using Xunit;

namespace FriendNet.Tests.Protocol.Catalogs;

public sealed class TreeTests
{
    public static TheoryData<int> Sizes => [0, 1, 2, 31, 32, 33, 100, 511, 700, 5_000];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void StreamedRootIsTheNaiveOne(int count)
    {
        var entries = Sample.Entries(count, count);
        Assert.Equal(Sample.NaiveRoot(entries), TreeHash.Root(Sorted(entries)));
        Assert.Equal(count == 0, Sample.NaiveRoot(entries).IsZero);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EditedTreeIsTheNaiveOne(int seed)
    {
        var random = new Random(seed);
        var pool = Sample.Entries(seed, 2_500);
        var set = new SortedDictionary<Hash256, CatalogEntry>();
        var tree = new CatalogTree();
        for (var round = 0; round < 40; round++)
        {
            // Grows past, and shrinks below, every place where buckets become nodes.
            var (edits, drop) = (random.Next(1, 1 << random.Next(9)), round % 20 >= 10);
            for (var i = 0; i < edits; i++)
            {
                var entry = pool[random.Next(pool.Count)];
                entry = entry with { Modified = random.Next(1_000) };
                var key = CatalogEntry.KeyOf(entry.Path.Utf8);
                if (drop)
                    set.Remove(key);
                else
                    set[key] = entry;
                tree.Touch(key);
            }

            tree.Update(prefix => Under(set, prefix));
            Assert.Equal(Sample.NaiveRoot(set.Values), tree.Root);
            Assert.Equal(set.Count, tree.Entries);
            var saved = new byte[CatalogTree.SavedBytes];
            tree.Save(saved);
            tree = CatalogTree.Load(saved)!;
        }
    }

    [Fact]
    public void OneChangeReadsOneLeaf()
    {
        var entries = Sample.Entries(1, 30_000).ToDictionary(e => CatalogEntry.KeyOf(e.Path.Utf8));
        var set = new SortedDictionary<Hash256, CatalogEntry>(entries);
        var tree = new CatalogTree();
        tree.TouchAll();
        tree.Update(prefix => Under(set, prefix));
        tree.Touch(set.Keys.First());
        var read = 0;
        tree.Update(prefix => Under(set, prefix).Select(item => (read++, item).item));
        Assert.InRange(read, 1, 250);
    }

    [Fact]
    public void AnySubtreeIsCheckedAlone()
    {
        var items = Sorted(Sample.Entries(7, 3_000));
        var children = Enumerable
            .Range(0, 16)
            .Select(n => items.Where(i => TreeHash.Nibble(i.Key.ToArray(), 0) == n))
            .Select(part => TreeHash.Node(part, 1));
        byte[] node = [2, .. children.SelectMany(c => c.ToArray())];
        var root = new Hash256(System.Security.Cryptography.SHA256.HashData(node));
        Assert.Equal(TreeHash.Root(items), root);
    }

    [Fact]
    public void UnsortedItemsThrow()
    {
        var items = Sorted(Sample.Entries(7, 50));
        items.Reverse();
        Assert.Throws<ArgumentException>(() => TreeHash.Root(items));
        Assert.Throws<ArgumentException>(() => TreeHash.Root([items[0], items[0]]));
    }

    private static List<TreeItem> Sorted(IEnumerable<CatalogEntry> entries) =>
        [.. entries.Select(e => e.Item()).OrderBy(i => i.Key)];

    private static IEnumerable<TreeItem> Under(
        SortedDictionary<Hash256, CatalogEntry> set,
        KeyPrefix prefix
    ) =>
        set.Where(p => p.Key.ToArray()[0] >= prefix.First && p.Key.ToArray()[0] <= prefix.Last)
            .Select(p => p.Value.Item());
}
