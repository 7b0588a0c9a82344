using System.Numerics;

namespace FriendNet.Protocol.Catalogs;

/// <summary>What a strict parser found at the front of its bytes.</summary>
internal enum ParseStatus
{
    Ok,

    /// <summary>The bytes end before the item does.</summary>
    Incomplete,

    Malformed,
}

/// <summary>
/// Numbers 0..2^63-1: 7 bits a byte, least significant first, the high bit says that more follow.
/// The shortest form only, so at most 9 bytes.
/// </summary>
internal static class Varint
{
    internal const int BytesMax = 9;

    /// <summary>How many bytes Write takes.</summary>
    internal static int Bytes(long value) => (BitOperations.Log2((ulong)value | 1) / 7) + 1;

    /// <summary>Returns how many bytes were written.</summary>
    internal static int Write(Span<byte> destination, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        var at = 0;
        while (value >= 0x80)
        {
            destination[at++] = (byte)((value & 0x7F) | 0x80);
            value >>= 7;
        }

        destination[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads at <paramref name="at"/> and moves it on.</summary>
    internal static ParseStatus TryRead(ReadOnlySpan<byte> source, ref int at, out long value)
    {
        value = 0;
        for (var i = 0; i < BytesMax; i++)
        {
            if (at + i >= source.Length)
                return ParseStatus.Incomplete;
            var octet = source[at + i];
            value |= (long)(octet & 0x7F) << (7 * i);
            if (octet >= 0x80)
                continue;
            at += i + 1;
            // A last byte of zero adds nothing: the shorter form was due.
            return octet == 0 && i > 0 ? ParseStatus.Malformed : ParseStatus.Ok;
        }

        return ParseStatus.Malformed;
    }
}
