using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// Deltas of one friend that came with their heads and wait for those before them. Bounded by
/// the heads of two windows: more are asked for instead.
/// </summary>
internal sealed class WaitingDeltas
{
    private const int DeltasMax = 2 * Limits.HeadsWindowMax;

    private readonly Queue<(Known Known, SignedHead Head, ReadOnlyMemory<byte> Delta)> _deltas = [];

    internal bool TryAdd(Known known, SignedHead head, ReadOnlyMemory<byte> delta)
    {
        if (_deltas.Count >= DeltasMax)
            return false;
        _deltas.Enqueue((known, head, delta));
        return true;
    }

    internal (Known Known, SignedHead Head, ReadOnlyMemory<byte> Delta)? TryTake() =>
        _deltas.TryDequeue(out var first) ? first : null;

    /// <summary>Nothing of it is applied; gives of whom it was.</summary>
    internal IReadOnlyList<Known> Clear()
    {
        List<Known> knowns = [.. _deltas.Select(delta => delta.Known)];
        _deltas.Clear();
        return knowns;
    }
}
