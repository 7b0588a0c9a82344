using FriendNet.Crypto.Merkle;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Whether the bytes of a slice belong to its content. Checks one slice after another; not for
/// two threads at once.
/// </summary>
public sealed class SliceCheck
{
    private readonly RunHasher _hasher = new();

    /// <summary>The root of the run that was checked last.</summary>
    public Hash256 Root { get; private set; }

    /// <summary>The hashes of its leaves.</summary>
    public ReadOnlySpan<Hash256> Leaves => _hasher.Leaves;

    /// <param name="bytes">The whole run.</param>
    /// <param name="proof">As it came.</param>
    public bool IsGood(RunOfContent run, ReadOnlySpan<byte> bytes, ReadOnlySpan<Hash256> proof)
    {
        _hasher.Begin(run.Id.Length, run.Run);
        _hasher.Append(bytes);
        Root = _hasher.Finish();
        return RunProof.Verify(run.Id.Root, run.Id.Length, run.Run, Root, proof);
    }

    /// <summary>What to ask about the slice that was just found wrong.</summary>
    public LeafQuestion AskLeaves(RunOfContent run, Hash256[] proof) =>
        new(run, _hasher.Leaves.ToArray(), proof);
}
