using System.Security.Cryptography;
using FriendNet.Crypto.Merkle;
using Xunit;

namespace FriendNet.Tests.Crypto.Merkle;

/// <summary>
/// Any cut gives the same hashes; bad leaves are named exactly; wrong use throws.
/// </summary>
public sealed class RunHasherTests
{
    [Fact]
    public void AnyCutGivesTheSameLeavesAndRoot()
    {
        var random = new Random(7);
        var hasher = new RunHasher();
        for (var round = 0; round < 60; round++)
        {
            var sample = new Sample(random.Next(1, 1 << random.Next(1, 22)), round);
            var run = random.Next(sample.Runs.Length);
            var whole = sample.HashRun(hasher, run);
            var leaves = hasher.Leaves.ToArray();
            hasher.Begin(sample.Length, run);
            var rest = sample.Run(run);
            var cutMax = 1 << random.Next(1, 18);
            while (rest.Length > 0)
            {
                var cut = Math.Min(rest.Length, random.Next(cutMax + 1));
                hasher.Append(rest[..cut]);
                rest = rest[cut..];
            }
            Assert.Equal(whole, hasher.Finish());
            Assert.Equal(leaves, hasher.Leaves.ToArray());
        }
    }

    [Theory]
    [InlineData(MerkleTree.LeafBytes + 1)]
    [InlineData((17 * MerkleTree.LeafBytes) - 5)]
    [InlineData((63 * MerkleTree.LeafBytes) + 1)]
    [InlineData(MerkleTree.RunBytes)]
    [InlineData((70 * MerkleTree.RunBytes) + 40_000)]
    public void RootsAreThoseOfPlainHashesLeafByLeaf(int length)
    {
        var sample = new Sample(length, 11);
        var nodes = sample.Bytes.Chunk(MerkleTree.LeafBytes).Select(SHA256.HashData).ToList();
        for (var padding = new byte[32]; nodes.Count > 1; padding = Join([padding, padding]))
        {
            if (nodes.Count % 2 != 0)
                nodes.Add(padding);
            nodes = [.. nodes.Chunk(2).Select(Join)];
        }
        Assert.Equal(nodes[0], sample.Root.ToArray());

        static byte[] Join(byte[][] pair) => SHA256.HashData([.. pair[0], .. pair[1]]);
    }

    [Fact]
    public void AllZeroFileOfOneLeafHasItsHashAsRoot()
    {
        // sha256sum of 16,384 zero bytes, and of one.
        var hasher = new RunHasher();
        hasher.Begin(16384, 0);
        hasher.Append(new byte[16384]);
        Assert.Equal(
            "4fe7b59af6de3b665b67788cc2f99892ab827efae3a467342b3bb4e3bc8e5bfe",
            hasher.Finish().ToString()
        );
        hasher.Begin(1, 0);
        hasher.Append(new byte[1]);
        Assert.Equal(
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            hasher.Finish().ToString()
        );
    }

    [Fact]
    public void MisuseThrows()
    {
        var hasher = new RunHasher();
        Assert.Throws<InvalidOperationException>(() => hasher.Finish());
        Assert.Throws<ArgumentOutOfRangeException>(() => hasher.Begin(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => hasher.Begin(MerkleTree.RunBytes, 1));
        hasher.Begin(10, 0);
        Assert.Throws<ArgumentException>(() => hasher.Append(new byte[11]));
        hasher.Append(new byte[9]);
        Assert.Throws<InvalidOperationException>(() => hasher.Finish());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(100_000, 0)]
    [InlineData(MerkleTree.RunBytes, 0)]
    [InlineData((2 * MerkleTree.RunBytes) + 40_000, 1)]
    [InlineData((2 * MerkleTree.RunBytes) + 40_000, 2)]
    public void ExactlyTheBadLeavesAreFound(int length, int run)
    {
        var sample = new Sample(length, 5);
        var hasher = new RunHasher();
        var runRoot = sample.HashRun(hasher, run);
        var sent = hasher.Leaves.ToArray();
        Assert.True(Find(sample, run, runRoot, sent, sent, out var bad));
        Assert.Equal(0UL, bad);
        for (var leaf = 0; leaf < sent.Length; leaf++)
        {
            var at = (run * MerkleTree.RunBytes) + (leaf * MerkleTree.LeafBytes);
            sample.Bytes[at] ^= 1;
            Assert.NotEqual(runRoot, sample.HashRun(hasher, run));
            Assert.True(Find(sample, run, runRoot, sent, hasher.Leaves, out bad));
            Assert.Equal(1UL << leaf, bad);
            // Leaves that do not make the run's root accuse nobody.
            Assert.False(Find(sample, run, runRoot, hasher.Leaves, sent, out bad));
            Assert.Equal(0UL, bad);
            sample.Bytes[at] ^= 1;
        }
        Assert.False(Find(sample, run, runRoot, sent.AsSpan(1), sent.AsSpan(1), out _));
        Assert.False(Find(sample, sample.Runs.Length, runRoot, sent, sent, out _));
        Assert.False(Find(sample, -1, runRoot, sent, sent, out _));
        Assert.False(Find(sample, run, runRoot, [.. sent, default], [.. sent, default], out _));
    }

    [Fact]
    public void HashesAreOrderedAndParsedAsBytes()
    {
        var random = new Random(3);
        var (a, b) = (new byte[32], new byte[32]);
        for (var round = 0; round < 200; round++)
        {
            random.NextBytes(a);
            a.CopyTo(b, 0);
            b[random.Next(32)] = (byte)random.Next(256);
            var (x, y) = (new Hash256(a), new Hash256(b));
            Assert.Equal(Math.Sign(a.AsSpan().SequenceCompareTo(b)), Math.Sign(x.CompareTo(y)));
            Assert.Equal(a.AsSpan().SequenceEqual(b), x == y);
            Assert.True(Hash256.TryParse(x.ToString(), out var parsed));
            Assert.Equal(x, parsed);
            Assert.Equal(a, parsed.ToArray());
        }
        Assert.False(Hash256.TryParse(new string('g', 64), out _));
        Assert.False(Hash256.TryParse(new string('0', 63), out _));
        Assert.Throws<ArgumentException>(() => new Hash256(a.AsSpan(1)));
    }

    private static bool Find(
        Sample sample,
        int run,
        Hash256 runRoot,
        ReadOnlySpan<Hash256> sent,
        ReadOnlySpan<Hash256> computed,
        out ulong bad
    ) => RunProof.FindBadLeaves(runRoot, sample.Length, run, sent, computed, out bad);
}
