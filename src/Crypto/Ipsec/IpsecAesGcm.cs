using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FriendNet.Crypto.Sodium;

namespace FriendNet.Crypto.Ipsec;

/// <summary>
/// AES-256-GCM (NIST SP 800-38D) under one key, nonces of 12 bytes, tags of 16; works in place.
/// Not for two threads at once. Owns its key; dispose it.
/// </summary>
public sealed class IpsecAesGcm : IDisposable
{
    /// <summary>Bytes added to the plaintext.</summary>
    public const int TagSize = 16;

    // struct gcm_key_data, aligned to 64: 15 round keys and 48 powers of the hash key.
    private const int KeyDataBytes = (15 + 48) * 16;

    // struct gcm_context_data has 88 bytes; it follows at the next multiple of 64.
    private const int ContextStart = KeyDataBytes + 16;
    private const int ContextBytes = 88;
    private const int Alignment = 64;

    private readonly SecureMemory _memory = new(ContextStart + ContextBytes + Alignment - 1);
    private readonly int _start;

    internal IpsecAesGcm(ReadOnlySpan<byte> key)
    {
        if (key.Length != 32)
        {
            throw new ArgumentException("A key has 32 bytes.", nameof(key));
        }

        // The memory is pinned, so its address stays.
        var address = AddressOf(ref MemoryMarshal.GetReference(_memory.Span));
        _start = (int)((Alignment - (address % Alignment)) % Alignment);
        Libipsec.aes_gcm_pre_256_vaes_avx512(key, ref KeyData);
    }

    /// <summary>Copies a key of 32 bytes; null unless <see cref="Libipsec.IsReady"/>.</summary>
    public static IpsecAesGcm? TryCreate(ReadOnlySpan<byte> key) =>
        Libipsec.IsReady ? new IpsecAesGcm(key) : null;

    private ref byte KeyData => ref _memory.Span[_start];

    private ref byte Context => ref _memory.Span[_start + ContextStart];

    /// <summary>
    /// Fills <paramref name="ciphertext"/>: plaintext plus <see cref="TagSize"/>.
    /// </summary>
    public void Encrypt(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> ad,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext
    )
    {
        CheckSizes(nonce.Length, plaintext.Length, ciphertext.Length);
        Libipsec.aes_gcm_enc_256_vaes_avx512(
            ref KeyData,
            ref Context,
            ciphertext,
            plaintext,
            (ulong)plaintext.Length,
            nonce,
            ad,
            (ulong)ad.Length,
            ciphertext[plaintext.Length..],
            TagSize
        );
    }

    /// <summary>
    /// False, with zeros in <paramref name="plaintext"/>, unless these very bytes were sealed with
    /// this key, nonce and associated data.
    /// </summary>
    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> ad,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext
    )
    {
        CheckSizes(nonce.Length, plaintext.Length, ciphertext.Length);
        Span<byte> tag = stackalloc byte[TagSize];
        Libipsec.aes_gcm_dec_256_vaes_avx512(
            ref KeyData,
            ref Context,
            plaintext,
            ciphertext,
            (ulong)plaintext.Length,
            nonce,
            ad,
            (ulong)ad.Length,
            tag,
            TagSize
        );
        // The library opens and tells the tag that the bytes should have had; judging is ours.
        var isAuthentic = CryptographicOperations.FixedTimeEquals(
            tag,
            ciphertext[plaintext.Length..]
        );
        CryptographicOperations.ZeroMemory(tag);
        if (!isAuthentic)
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }

        return isAuthentic;
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private static unsafe nuint AddressOf(ref byte place) => (nuint)Unsafe.AsPointer(ref place);

    private static void CheckSizes(int nonce, int plaintext, int ciphertext)
    {
        if (nonce != 12 || ciphertext - TagSize != plaintext)
        {
            throw new ArgumentOutOfRangeException(
                nameof(ciphertext),
                "The nonce or the ciphertext has the wrong size."
            );
        }
    }
}
