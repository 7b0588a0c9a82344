using FriendNet.Crypto.Merkle;

namespace FriendNet.Node.Downloads;

/// <summary>Files of a part that are hashed again, and how far that is. Any thread.</summary>
/// <param name="bytes">Of what is recorded of them.</param>
internal sealed class PartLook(IReadOnlyList<int> files, long bytes)
{
    private const int Whole = 100;
    private long _done;

    internal IReadOnlyList<int> Files => files;

    internal int Percent => (int)(Volatile.Read(ref _done) * Whole / Math.Max(1, bytes));

    /// <summary>One run more.</summary>
    internal void Next() => Volatile.Write(ref _done, Math.Min(bytes, _done + MerkleTree.RunBytes));
}
