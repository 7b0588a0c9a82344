using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FriendNet.Crypto.Merkle;

/// <summary>A SHA-256 value, 32 public bytes. Ordered as its bytes are.</summary>
/// <remarks>A span of these is, reinterpreted, a span of their bytes one after another.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Hash256 : IEquatable<Hash256>, IComparable<Hash256>
{
    /// <summary>Bytes of one hash.</summary>
    public const int Size = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>From exactly 32 bytes.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public Hash256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException("A hash has 32 bytes.", nameof(bytes));
        this = MemoryMarshal.Read<Hash256>(bytes);
    }

    /// <summary>
    /// Whether every byte is zero: a missing leaf, or the root of an empty file.
    /// </summary>
    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>The first 8 bytes, little endian: enough to name what is checked later.</summary>
    public ulong Tag => BitConverter.IsLittleEndian ? _a : BinaryPrimitives.ReverseEndianness(_a);

    /// <summary>The first byte.</summary>
    public int First => (int)(Tag & 0xFF);

    /// <summary>From 64 hex digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        hash = default;
        if (hex.Length != Size * 2)
            return false;
        var status = Convert.FromHexString(hex, bytes, out _, out _);
        if (status != System.Buffers.OperationStatus.Done)
            return false;
        hash = new Hash256(bytes);
        return true;
    }

    /// <summary>Writes the 32 bytes to the front of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    /// <summary>The 32 bytes in a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(Hash256 other) =>
        _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Hash256 other && Equals(other);

    // Seeded per process: peers choose hashes, and must not choose buckets.
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <inheritdoc/>
    public int CompareTo(Hash256 other) =>
        MemoryMarshal
            .AsBytes(new ReadOnlySpan<Hash256>(in this))
            .SequenceCompareTo(MemoryMarshal.AsBytes(new ReadOnlySpan<Hash256>(in other)));

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() =>
        Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<Hash256>(in this)));

    /// <summary>Same bytes.</summary>
    public static bool operator ==(Hash256 left, Hash256 right) => left.Equals(right);

    /// <summary>Other bytes.</summary>
    public static bool operator !=(Hash256 left, Hash256 right) => !left.Equals(right);

    /// <summary>Byte order.</summary>
    public static bool operator <(Hash256 left, Hash256 right) => left.CompareTo(right) < 0;

    /// <summary>Byte order.</summary>
    public static bool operator >(Hash256 left, Hash256 right) => left.CompareTo(right) > 0;

    /// <summary>Byte order.</summary>
    public static bool operator <=(Hash256 left, Hash256 right) => left.CompareTo(right) <= 0;

    /// <summary>Byte order.</summary>
    public static bool operator >=(Hash256 left, Hash256 right) => left.CompareTo(right) >= 0;
}
