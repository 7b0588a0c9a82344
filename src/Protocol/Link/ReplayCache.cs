using System.Buffers.Binary;

namespace FriendNet.Protocol.Link;

/// <summary>
/// Remembers the last so many nonces of 16 bytes. Memory is bounded by the capacity.
/// </summary>
public sealed class ReplayCache(int capacity)
{
    private readonly HashSet<UInt128> _seen = [];
    private readonly Queue<UInt128> _order = [];

    /// <summary>False when the nonce is among those remembered; else it now is.</summary>
    public bool TryAdd(ReadOnlySpan<byte> nonce)
    {
        var value = BinaryPrimitives.ReadUInt128BigEndian(nonce);
        if (!_seen.Add(value))
        {
            return false;
        }

        _order.Enqueue(value);
        if (_order.Count > capacity)
        {
            _seen.Remove(_order.Dequeue());
        }

        return true;
    }
}
