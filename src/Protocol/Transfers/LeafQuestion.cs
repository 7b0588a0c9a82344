using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// After a corrupt run: which of its leaves is wrong? Holds the hashes of what came and the proof
/// that came with it.
/// </summary>
public sealed class LeafQuestion(RunOfContent run, Hash256[] received, Hash256[] proof)
{
    public RunOfContent Run => run;

    public LeavesRequest ToRequest() => new() { Slice = run.ToRequest() };

    /// <summary>
    /// Takes the answer's PART: 32 bytes a leaf. Gives the first wrong leaf of the file, or -1 if
    /// the source cannot even prove its own hashes: then the proof or the hashes are wrong too.
    /// </summary>
    public long FirstBadLeaf(ReadOnlySpan<byte> part)
    {
        if (part.Length != received.Length * Hash256.Size)
            return -1;
        var sent = MemoryMarshal.Cast<byte, Hash256>(part);
        if (sent.Contains(default))
            return -1;
        var runRoot = MerkleTree.RootOfRun(sent, run.Id.Length);
        var (id, index) = (run.Id, run.Run);
        var firstBad = sent.CommonPrefixLength(received);
        return
            RunProof.Verify(id.Root, id.Length, index, runRoot, proof) && firstBad < received.Length
            ? ((long)index * MerkleTree.RunLeaves) + firstBad
            : -1;
    }
}
