using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Contents;

/// <summary>A file of a world: what is in it follows from its number.</summary>
internal sealed class FileText
{
    private readonly RunTree _runs;

    internal FileText(ulong number, int bytes)
    {
        Bytes = new byte[bytes];
        new Seeds(number, Purpose.File).Fill(Bytes);
        _runs = RunsOf(Bytes);
        Id = IdOf(Bytes, _runs);
    }

    internal byte[] Bytes { get; }

    internal ContentId Id { get; }

    /// <summary>What these bytes are called.</summary>
    internal static ContentId IdOf(ReadOnlySpan<byte> bytes) => IdOf(bytes, RunsOf(bytes));

    internal ReadOnlyMemory<byte> Run(int run) =>
        Bytes.AsMemory(run * MerkleTree.RunBytes, MerkleTree.RunLength(Bytes.Length, run));

    /// <summary>The uncles of a run, nearest first.</summary>
    internal Hash256[] Prove(int run)
    {
        var proof = new Hash256[MerkleTree.ProofCount(Bytes.Length)];
        if (proof.Length > 0)
            _runs.Prove(run, proof);
        return proof;
    }

    private static ContentId IdOf(ReadOnlySpan<byte> bytes, RunTree runs) =>
        new(MerkleTree.RunCount(bytes.Length) == 1 ? RootOf(bytes, 0) : runs.Root, bytes.Length);

    private static RunTree RunsOf(ReadOnlySpan<byte> bytes)
    {
        var layer = new Hash256[MerkleTree.LayerCount(bytes.Length)];
        for (var run = 0; run < layer.Length; run++)
            layer[run] = RootOf(bytes, run);
        return new RunTree(layer);
    }

    private static Hash256 RootOf(ReadOnlySpan<byte> bytes, int run)
    {
        var hasher = new RunHasher();
        hasher.Begin(bytes.Length, run);
        hasher.Append(bytes.Slice(run * MerkleTree.RunBytes, hasher.Remaining));
        return hasher.Finish();
    }
}
