using BenchmarkDotNet.Attributes;
using FriendNet.Crypto.Merkle;

namespace FriendNet.Bench.Index;

/// <summary>
/// One run hashed, the tree of 2 GiB built over its runs, one proof made, one checked. Goals: a run
/// in 350 µs (with AVX-512; one leaf after another does 1.8 GB/s); a check below 2% of that.
/// </summary>
[MemoryDiagnoser]
public class MerkleBench
{
    private const long Length = 2048L * MerkleTree.RunBytes;
    private readonly byte[] _run = new byte[MerkleTree.RunBytes];
    private readonly RunHasher _hasher = new();
    private readonly Hash256[] _proof = new Hash256[MerkleTree.ProofMax];
    private RunTree _tree = new([]);
    private Hash256[] _layer = [];
    private int _proofCount;

    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(_run);
        var layer = new Hash256[2048];
        Array.Fill(layer, HashRun());
        _tree = new RunTree(layer);
        _layer = layer;
        _proofCount = _tree.Prove(1234, _proof);
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
    public RunTree Tree() => new(_layer);

    [Benchmark]
    public bool Verify() =>
        RunProof.Verify(_tree.Root, Length, 1234, _layer[1234], _proof.AsSpan(0, _proofCount))
            ? true
            : throw new InvalidOperationException("A proof did not hold.");
}
