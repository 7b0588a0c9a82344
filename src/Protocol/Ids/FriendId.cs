using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace FriendNet.Protocol.Ids;

/// <summary>Names a node: the first 16 bytes of SHA-256 over its Ed25519 public key.</summary>
public readonly record struct FriendId(UInt128 Value)
{
    /// <summary>Bytes of one.</summary>
    public const int Size = 16;

    /// <param name="publicKey">The card's Ed25519 key, 32 bytes.</param>
    public static FriendId Of(ReadOnlySpan<byte> publicKey)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(publicKey, hash);
        return new FriendId(BinaryPrimitives.ReadUInt128BigEndian(hash));
    }

    /// <summary>Writes its 16 bytes, big endian.</summary>
    public void CopyTo(Span<byte> destination) =>
        BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>Reads the 32 hex digits that <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string? text, out FriendId id)
    {
        id = default;
        if (
            text is not { Length: 32 }
            || !UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, null, out var value)
        )
        {
            return false;
        }

        id = new FriendId(value);
        return true;
    }

    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
