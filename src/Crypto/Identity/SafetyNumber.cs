using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FriendNet.Crypto.Identity;

/// <summary>
/// Sixty digits that two friends compare by voice, after Signal's numeric fingerprint: 30 digits
/// a side, each from its keys by an iterated hash, the lower side first, so both see the same.
/// </summary>
public static class SafetyNumber
{
    /// <summary>Digits in all.</summary>
    public const int Digits = 60;

    // As Signal: makes a search for keys with near digits 5,200 times as dear (about 112 bits).
    private const int Iterations = 5200;

    private const int ChunkBytes = 5;
    private const int ChunksPerSide = 6;

    /// <summary>The number of a friendship; names and sequences do not enter.</summary>
    public static string Of(Card one, Card other)
    {
        var (a, b) = (Side(one), Side(other));
        return string.CompareOrdinal(a, b) <= 0 ? a + b : b + a;
    }

    private static string Side(Card card)
    {
        // hash ‖ keys, where the first hash is the name of the construction.
        Span<byte> input = stackalloc byte[SHA512.HashSizeInBytes + 64];
        var hash = input[..SHA512.HashSizeInBytes];
        input.Clear();
        "FriendNet safety number 1"u8.CopyTo(hash);
        card.SigningKey.Bytes.CopyTo(input[SHA512.HashSizeInBytes..]);
        card.AgreementKey.Bytes.CopyTo(input[^32..]);
        for (var i = 0; i < Iterations; i++)
        {
            SHA512.HashData(input, hash);
        }

        var digits = new StringBuilder();
        for (var i = 0; i < ChunksPerSide; i++)
        {
            var chunk = hash.Slice(i * ChunkBytes, ChunkBytes);
            var value = ((ulong)chunk[0] << 32) | BinaryPrimitives.ReadUInt32BigEndian(chunk[1..]);
            digits.Append(CultureInfo.InvariantCulture, $"{value % 100_000:D5}");
        }

        return digits.ToString();
    }
}
