using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using Xunit;

namespace FriendNet.Tests.Crypto.Merkle;

/// <summary>Laws of proofs: each right one passes, and each flipped bit fails.</summary>
public sealed class RunProofTests
{
    public static TheoryData<int> Lengths =>
        [
            1,
            MerkleTree.LeafBytes,
            MerkleTree.RunBytes - 1,
            MerkleTree.RunBytes,
            MerkleTree.RunBytes + 1,
            (2 * MerkleTree.RunBytes) - 1,
            3 * MerkleTree.RunBytes,
            (5 * MerkleTree.RunBytes) + 77,
            8 * MerkleTree.RunBytes,
            (8 * MerkleTree.RunBytes) + MerkleTree.LeafBytes,
            (11 * MerkleTree.RunBytes) + 5,
        ];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void EveryRunIsProvenAndNothingElse(int length)
    {
        var sample = new Sample(length, length);
        var tree = new RunTree(sample.Layer);
        if (sample.Runs.Length > 1)
            Assert.Equal(sample.Root, tree.Root);
        Assert.Equal(MerkleTree.ProofCount(length), tree.ProofCount);
        for (var run = 0; run < sample.Runs.Length; run++)
        {
            var proof = new Hash256[MerkleTree.ProofCount(length)];
            Assert.Equal(proof.Length, tree.Prove(run, proof));
            Assert.True(RunProof.Verify(sample.Root, length, run, sample.Runs[run], proof));
            AssertOtherIndicesFail(sample, run, proof);
            AssertOtherCountsFail(sample, run, proof);
            AssertFlipsFail(sample, run, proof);
        }
    }

    [Fact]
    public void LengthsOfOtherShapeFail()
    {
        var sample = new Sample(5 * MerkleTree.RunBytes, 1);
        var proof = new Hash256[3];
        new RunTree(sample.Layer).Prove(4, proof);
        Assert.True(RunProof.Verify(sample.Root, sample.Length, 4, sample.Runs[4], proof));
        for (var bit = 0; bit < 64; bit++)
        {
            var length = sample.Length ^ (1L << bit);
            // A length of as many runs has the same proofs: the run itself then tells, being
            // short.
            if (MerkleTree.IsLength(length) && MerkleTree.RunCount(length) == 5)
                continue;
            Assert.False(RunProof.Verify(sample.Root, length, 4, sample.Runs[4], proof), $"{bit}");
        }
    }

    [Fact]
    public void AClaimOfMoreRunsThanTheTreeHasFailsByItsPadding()
    {
        // 5 runs padded to 8, claimed to be 7: the root is right, the shape is a lie.
        var sample = new Sample(5 * MerkleTree.RunBytes, 2);
        var padding = MerkleTree.Padding(MerkleTree.RunHeight);
        Hash256[] layer = [.. sample.Runs, padding, padding];
        Assert.Equal(sample.Root, MerkleTree.RootOfLayer(layer, 7 * MerkleTree.RunBytes));
        var proof = new Hash256[3];
        new RunTree(sample.Runs).Prove(0, proof);
        Assert.False(RunProof.Verify(sample.Root, 4 * MerkleTree.RunBytes, 0, layer[0], proof));
        new RunTree(layer.AsSpan(0, 5)).Prove(4, proof);
        var made = layer[5];
        Assert.False(RunProof.Verify(sample.Root, 5 * MerkleTree.RunBytes, 5, made, proof));
    }

    [Fact]
    public void ZeroHashesAreNeverProven()
    {
        Hash256 zero = default;
        var pair = new byte[64];
        var root = new Hash256(System.Security.Cryptography.SHA256.HashData(pair));
        var length = 2L * MerkleTree.RunBytes;
        Assert.False(RunProof.Verify(root, length, 0, zero, [zero]));
        Assert.False(RunProof.Verify(zero, 1, 0, zero, []));
        Assert.False(RunProof.Verify(zero, 0, 0, zero, []));
        new Random(1).NextBytes(pair.AsSpan(0, 32));
        root = new Hash256(System.Security.Cryptography.SHA256.HashData(pair));
        Assert.False(RunProof.Verify(root, length, 0, new Hash256(pair.AsSpan(0, 32)), [zero]));
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(MerkleTree.LengthMax + 1)]
    public void AbsurdLengthsFailWithoutThrowing(long length)
    {
        var sample = new Sample(100, 3);
        Assert.False(RunProof.Verify(sample.Root, length, 0, sample.Root, []));
        Assert.False(RunProof.FindBadLeaves(sample.Root, length, 0, [], [], out _));
    }

    private static void AssertOtherIndicesFail(Sample sample, int run, Hash256[] proof)
    {
        foreach (var index in (int[])[-1, int.MinValue, int.MaxValue, sample.Runs.Length])
            Assert.False(Verify(sample, index, sample.Runs[run], proof));
        for (var index = 0; index < sample.Runs.Length; index++)
            Assert.Equal(index == run, Verify(sample, index, sample.Runs[run], proof));
    }

    private static void AssertOtherCountsFail(Sample sample, int run, Hash256[] proof)
    {
        Hash256[] longer = [.. proof, sample.Root];
        Assert.False(Verify(sample, run, sample.Runs[run], longer));
        if (proof.Length > 0)
            Assert.False(Verify(sample, run, sample.Runs[run], proof.AsSpan(1)));
        if (proof.Length > 0)
            Assert.False(Verify(sample, run, sample.Runs[run], proof.AsSpan(0, proof.Length - 1)));
    }

    private static void AssertFlipsFail(Sample sample, int run, Hash256[] proof)
    {
        Hash256[] all = [sample.Root, sample.Runs[run], .. proof];
        var bytes = MemoryMarshal.AsBytes(all.AsSpan());
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(RunProof.Verify(all[0], sample.Length, run, all[1], all.AsSpan(2)));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.True(RunProof.Verify(all[0], sample.Length, run, all[1], all.AsSpan(2)));
    }

    private static bool Verify(Sample sample, int run, Hash256 root, ReadOnlySpan<Hash256> proof) =>
        RunProof.Verify(sample.Root, sample.Length, run, root, proof);
}
