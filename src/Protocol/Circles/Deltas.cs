using System.Buffers.Binary;
using System.IO.Compression;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// The small deltas that led to the heads held here, to be told on with them. Bounded: the
/// oldest go first, and their heads without.
/// </summary>
internal sealed class Deltas
{
    private const byte Form = 2;
    private const int HeaderBytes = 1 + (2 * sizeof(ulong));

    private readonly Dictionary<Known, Delta> _last = [];
    private readonly Queue<(Known Known, Delta Delta)> _order = [];
    private long _bytes;

    internal void Keep(Known known, ReadOnlyMemory<byte> delta)
    {
        Drop(known);
        if (delta.Length is 0 or > Limits.HeadDeltaBytesMax)
            return;
        if (!TryPeek(delta.Span, out var from, out var to))
            return;
        var kept = new Delta(from, to, delta);
        _last[known] = kept;
        _order.Enqueue((known, kept));
        _bytes += delta.Length;
        while (_bytes > Limits.DeltaMemoryBytes || _order.Count > 2 * (_last.Count + 1))
        {
            var (oldest, old) = _order.Dequeue();
            if (_last.GetValueOrDefault(oldest) == old)
                Drop(oldest);
        }
    }

    internal void Drop(Known known)
    {
        if (_last.Remove(known, out var delta))
            _bytes -= delta.Bytes.Length;
    }

    /// <summary>The delta from that root to the head held now; empty: there is none.</summary>
    internal ReadOnlyMemory<byte> Between(Known known, ulong from) =>
        _last.TryGetValue(known, out var delta)
        && delta.From == from
        && delta.To == known.Held?.Head.Content.Root.Tag
            ? delta.Bytes
            : default;

    /// <summary>Whether it says that it leads from what is held to that head.</summary>
    internal static bool Leads(ReadOnlySpan<byte> delta, Known known, SignedHead head) =>
        known.HasContent
        && TryPeek(delta, out var from, out var to)
        && from == known.Held!.Head.Content.Root.Tag
        && to == head.Head.Content.Root.Tag;

    /// <summary>What a delta of form 2 says it leads from and to (docs/protocol-circles.md).
    /// </summary>
    internal static bool TryPeek(ReadOnlySpan<byte> delta, out ulong from, out ulong to)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        var brotli = default(BrotliDecoder);
        _ = brotli.Decompress(delta, header, out _, out var read);
        brotli.Dispose();
        from = BinaryPrimitives.ReadUInt64LittleEndian(header[1..]);
        to = BinaryPrimitives.ReadUInt64LittleEndian(header[(1 + sizeof(ulong))..]);
        return read == HeaderBytes && header[0] == Form;
    }

    private sealed record Delta(ulong From, ulong To, ReadOnlyMemory<byte> Bytes);
}
