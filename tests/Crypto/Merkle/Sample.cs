using FriendNet.Crypto.Merkle;

namespace FriendNet.Tests.Crypto.Merkle;

/// <summary>
/// Seeded bytes of a file with its run layer and root, hashed by the code under test.
/// </summary>
internal sealed class Sample
{
    internal Sample(long length, int seed)
    {
        Bytes = new byte[length];
        new Random(seed).NextBytes(Bytes);
        var hasher = new RunHasher();
        Runs = new Hash256[MerkleTree.RunCount(length)];
        for (var i = 0; i < Runs.Length; i++)
            Runs[i] = HashRun(hasher, i);
        Root = Runs.Length switch
        {
            0 => default,
            1 => Runs[0],
            _ => MerkleTree.RootOfLayer(Runs, length),
        };
    }

    internal byte[] Bytes { get; }

    internal Hash256[] Runs { get; }

    internal Hash256 Root { get; }

    internal long Length => Bytes.Length;

    internal ReadOnlySpan<Hash256> Layer => Runs.Length > 1 ? Runs : [];

    internal ReadOnlySpan<byte> Run(int index) =>
        Bytes.AsSpan(index * MerkleTree.RunBytes, MerkleTree.RunLength(Length, index));

    internal Hash256 HashRun(RunHasher hasher, int index)
    {
        hasher.Begin(Length, index);
        hasher.Append(Run(index));
        return hasher.Finish();
    }
}
