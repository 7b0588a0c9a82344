using BenchmarkDotNet.Attributes;
using FriendNet.Crypto.Merkle;

namespace FriendNet.Bench.Index;

/// <summary>One run hashed, one proof checked.</summary>
[MemoryDiagnoser]
public class MerkleBench
{
    private const long Length = 2048L * MerkleTree.RunBytes;
    private readonly byte[] _run = new byte[MerkleTree.RunBytes];
    private readonly RunHasher _hasher = new();
    private readonly Hash256[] _proof = new Hash256[MerkleTree.ProofMax];
    private RunTree _tree = new([]);

    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(_run);
        var layer = new Hash256[2048];
        Array.Fill(layer, HashRun());
        _tree = new RunTree(layer);
    }

    [Benchmark]
    public Hash256 HashRun()
    {
        _hasher.Begin(Length, 0);
        _hasher.Append(_run);
        return _hasher.Finish();
    }

    [Benchmark]
    public int Prove() => _tree.Prove(1234, _proof);

    [Benchmark]
    public bool Verify()
    {
        var count = _tree.Prove(1234, _proof);
        var root = _tree.Layer[1234];
        return RunProof.Verify(_tree.Root, Length, 1234, root, _proof.AsSpan(0, count));
    }
}
