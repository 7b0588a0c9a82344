using System.Buffers.Binary;
using System.Numerics;

namespace FriendNet.Protocol.Transfers;

/// <summary>One bit a run, least significant first.</summary>
public sealed class RunBits(int count)
{
    private readonly ulong[] _words = new ulong[(count + 63) / 64];

    public int Count => count;

    public bool this[int run] => (_words[run >> 6] >> (run & 63) & 1) != 0;

    /// <summary>False if it was set already.</summary>
    public bool Set(int run)
    {
        var bit = 1UL << (run & 63);
        ref var word = ref _words[run >> 6];
        var isNew = (word & bit) == 0;
        word |= bit;
        return isNew;
    }

    /// <summary>False if it was clear already.</summary>
    public bool Clear(int run)
    {
        var bit = 1UL << (run & 63);
        ref var word = ref _words[run >> 6];
        var isNew = (word & bit) != 0;
        word &= ~bit;
        return isNew;
    }

    /// <summary>The first clear bit from that one on; <see cref="Count"/> if none.</summary>
    public int NextClear(int from)
    {
        for (var at = from; at < count; at = (at | 63) + 1)
        {
            var free = ~_words[at >> 6] >> (at & 63);
            if (free != 0)
                return Math.Min(count, at + BitOperations.TrailingZeroCount(free));
        }

        return count;
    }

    /// <summary>
    /// The first bit from that one on that is set here and not there, of the same count;
    /// <see cref="Count"/> if none.
    /// </summary>
    public int NextBeyond(RunBits other, int from)
    {
        for (var at = from; at < count; at = (at | 63) + 1)
        {
            var word = at >> 6;
            var only = (_words[word] & ~other._words[word]) >> (at & 63);
            if (only != 0)
                return at + BitOperations.TrailingZeroCount(only);
        }

        return count;
    }

    /// <summary>Copies bits from a multiple of 64 on; beyond the end they are 0.</summary>
    public void CopyTo(int from, Span<byte> destination)
    {
        destination.Clear();
        for (var at = 0; at + 8 <= destination.Length; at += 8)
        {
            var word = (from >> 6) + (at >> 3);
            if (word >= _words.Length)
                break;
            BinaryPrimitives.WriteUInt64LittleEndian(destination[at..], _words[word]);
        }
    }
}
