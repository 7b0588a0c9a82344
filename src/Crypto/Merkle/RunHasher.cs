using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FriendNet.Crypto.Merkle;

/// <summary>
/// Hashes one run after another, each fed in any cut. Not for two threads at once.
/// </summary>
public sealed class RunHasher
{
    private const int LaneBytes = HashLanes.Lanes * MerkleTree.LeafBytes;

    private readonly Hash256[] _leaves = new Hash256[MerkleTree.RunLeaves];
    private byte[]? _partial;
    private int _partialBytes;
    private int _leafCount;
    private long _fileLength;

    /// <summary>Bytes still missing from the run.</summary>
    public int Remaining { get; private set; }

    /// <summary>The hashes of the leaves that are complete, in order.</summary>
    public ReadOnlySpan<Hash256> Leaves => _leaves.AsSpan(0, _leafCount);

    /// <summary>Starts a run of a file, forgetting what was fed before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The file has no such run.</exception>
    public void Begin(long fileLength, int runIndex)
    {
        Remaining = MerkleTree.RunLength(fileLength, runIndex);
        _fileLength = fileLength;
        _leafCount = 0;
        _partialBytes = 0;
    }

    /// <summary>Feeds the next bytes of the run.</summary>
    /// <exception cref="ArgumentException">More bytes than the run still misses.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Remaining)
            throw new ArgumentException("More bytes than the run has.", nameof(bytes));
        Remaining -= bytes.Length;
        if (_partialBytes > 0)
            bytes = bytes[FillPartial(bytes)..];
        while (bytes.Length >= LaneBytes && HashLanes.IsSupported)
        {
            HashLanes.Hash(bytes[..LaneBytes], _leaves.AsSpan(_leafCount, HashLanes.Lanes));
            _leafCount += HashLanes.Lanes;
            bytes = bytes[LaneBytes..];
        }
        while (bytes.Length >= MerkleTree.LeafBytes)
        {
            AddLeaf(bytes[..MerkleTree.LeafBytes]);
            bytes = bytes[MerkleTree.LeafBytes..];
        }
        // The file's last leaf is hashed at its real length, straight from the span if it can be.
        if (Remaining == 0 && _partialBytes == 0 && bytes.Length > 0)
            AddLeaf(bytes);
        else if (bytes.Length > 0)
            FillPartial(bytes);
    }

    /// <summary>The root of the run just fed; for a file of one run, the file's root.</summary>
    /// <exception cref="InvalidOperationException">Bytes are still missing.</exception>
    public Hash256 Finish()
    {
        if (Remaining > 0 || _leafCount == 0)
            throw new InvalidOperationException("The run is not complete.");
        Span<Hash256> scratch = stackalloc Hash256[MerkleTree.RunLeaves];
        Leaves.CopyTo(scratch);
        return MerkleTree.FoldRun(scratch[.._leafCount], _fileLength);
    }

    private int FillPartial(ReadOnlySpan<byte> bytes)
    {
        _partial ??= new byte[MerkleTree.LeafBytes];
        var taken = Math.Min(bytes.Length, MerkleTree.LeafBytes - _partialBytes);
        bytes[..taken].CopyTo(_partial.AsSpan(_partialBytes));
        _partialBytes += taken;
        var isLast = Remaining == 0 && taken == bytes.Length;
        if (_partialBytes == MerkleTree.LeafBytes || isLast)
        {
            AddLeaf(_partial.AsSpan(0, _partialBytes));
            _partialBytes = 0;
        }
        return taken;
    }

    private void AddLeaf(ReadOnlySpan<byte> leaf)
    {
        SHA256.HashData(leaf, MemoryMarshal.AsBytes(_leaves.AsSpan(_leafCount, 1)));
        _leafCount++;
    }
}
