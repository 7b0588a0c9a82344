// The veil: what the first bytes of each side look like. Without the pair secret all of it is
// random, and its length is drawn from 512 to 1,400 bytes whatever is inside. Little endian.
//
//   hello (dialer)                                 answer (answerer)
//   offset  bytes                                  offset  bytes
//        0     16  nonce, random                        0     16  nonce, random
//       16      2  length of the box, masked           16      2  length of the box, masked
//       18     16  tag                                 18      n  box
//       34      n  box
//
//   tag   HMAC-SHA256(veil tag key, bytes 0 to 17)[..16]
//   keys  HKDF-SHA256(veil mask key, salt, info), 34 bytes: key of the box ‖ mask of the length
//         hello:  salt is its nonce, info "FriendNet veil hello"
//         answer: salt is the hello's nonce ‖ its own, info "FriendNet veil answer"
//   box   ChaCha20-Poly1305 with nonce 0, what stands before the box being associated data, of
//         length of the Noise message (2) ‖ Noise message ‖ zeros
//
// The tag names the friend and vouches for the length before anything waits for that many bytes.
// Veil tag key, veil mask key and psk: see PairSecret.
using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Noise;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Protocol.Link;

/// <summary>Seals and opens hello and answer. Layout: the head of this file.</summary>
internal static class Veil
{
    internal const int NonceSize = 16;
    internal const int TagSize = 16;
    internal const int TaggedBytes = NonceSize + LengthSize;
    internal const int HelloHeadBytes = TaggedBytes + TagSize;
    internal const int AnswerHeadBytes = TaggedBytes;

    private const int LengthSize = 2;
    private const int BoxOverheadBytes = LengthSize + CipherState.TagSize;

    internal static ReadOnlySpan<byte> HelloInfo => "FriendNet veil hello"u8;

    internal static ReadOnlySpan<byte> AnswerInfo => "FriendNet veil answer"u8;

    internal static IncrementalHash KeyTag(PairSecret secret)
    {
        Span<byte> key = stackalloc byte[PairSecret.Size];
        secret.DeriveVeilTagKey(key);
        var tag = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        CryptographicOperations.ZeroMemory(key);
        return tag;
    }

    /// <summary>Tags a hello whose nonce and masked length are written.</summary>
    internal static void WriteTag(PairSecret secret, Span<byte> hello)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        using var key = KeyTag(secret);
        key.AppendData(hello[..TaggedBytes]);
        key.GetHashAndReset(mac);
        mac[..TagSize].CopyTo(hello[TaggedBytes..]);
    }

    /// <summary>Draws the length of a whole hello or answer.</summary>
    internal static int DrawBytes(int headBytes, int noiseBytes, IEntropy entropy)
    {
        // Both bounds are far below 2^32, so the remainder's bias is nothing.
        Span<byte> random = stackalloc byte[sizeof(uint)];
        entropy.Fill(random);
        var least = Math.Max(Limits.HandshakeBytesMin, headBytes + BoxOverheadBytes + noiseBytes);
        var choices = (uint)(Limits.HandshakeBytesMax - least + 1);
        return least + (int)(BinaryPrimitives.ReadUInt32LittleEndian(random) % choices);
    }

    internal static VeilBox Box(
        ReadOnlySpan<byte> maskKey,
        ReadOnlySpan<byte> salt,
        ReadOnlySpan<byte> info
    )
    {
        Span<byte> keys = stackalloc byte[CipherState.KeySize + LengthSize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, maskKey, keys, salt, info);
        var mask = BinaryPrimitives.ReadUInt16LittleEndian(keys[CipherState.KeySize..]);
        var box = new VeilBox(new CipherState(keys[..CipherState.KeySize]), mask);
        CryptographicOperations.ZeroMemory(keys);
        return box;
    }
}

/// <summary>One box and the mask of its length.</summary>
internal sealed class VeilBox(CipherState cipher, ushort mask) : IDisposable
{
    public void Dispose() => cipher.Dispose();

    internal void WriteLength(int boxBytes, Span<byte> masked) =>
        BinaryPrimitives.WriteUInt16LittleEndian(masked, (ushort)(boxBytes ^ mask));

    /// <summary>Bytes of the box, or null when no box has that length.</summary>
    internal int? ReadLength(ReadOnlySpan<byte> masked, int headBytes)
    {
        var boxBytes = BinaryPrimitives.ReadUInt16LittleEndian(masked) ^ mask;
        var bytes = headBytes + boxBytes;
        return bytes is >= Limits.HandshakeBytesMin and <= Limits.HandshakeBytesMax
            ? boxBytes
            : null;
    }

    /// <summary>Fills the whole of <paramref name="box"/>.</summary>
    internal void Seal(ReadOnlySpan<byte> head, ReadOnlySpan<byte> noise, Span<byte> box)
    {
        var plain = box[..^CipherState.TagSize];
        plain.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(plain, (ushort)noise.Length);
        noise.CopyTo(plain[sizeof(ushort)..]);
        cipher.EncryptWithAd(head, plain, box);
    }

    /// <summary>Opens in place; the Noise message is a part of <paramref name="box"/>.</summary>
    internal bool TryOpen(ReadOnlySpan<byte> head, Span<byte> box, out ReadOnlySpan<byte> noise)
    {
        noise = default;
        if (!cipher.TryDecryptWithAd(head, box, box, out var plainBytes))
        {
            return false;
        }

        var rest = box[sizeof(ushort)..plainBytes];
        var length = BinaryPrimitives.ReadUInt16LittleEndian(box);
        if (length > rest.Length)
        {
            return false;
        }

        noise = rest[..length];
        return true;
    }
}
