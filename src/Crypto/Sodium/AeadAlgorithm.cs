using System.Security.Cryptography;

namespace FriendNet.Crypto.Sodium;

/// <summary>
/// Authenticated encryption; the ciphertext is the plaintext's length plus <see cref="TagSize"/>.
/// Plaintext and ciphertext may start at the same byte of memory.
/// </summary>
public sealed class AeadAlgorithm : Algorithm
{
    private AeadAlgorithm(int nonceSize)
        : base(keySize: 32, publicKeySize: 0) => NonceSize = nonceSize;

    /// <summary>RFC 8439 section 2.8: for counted nonces.</summary>
    public static AeadAlgorithm ChaCha20Poly1305 { get; } = new(nonceSize: 12);

    /// <summary>
    /// draft-irtf-cfrg-xchacha: 24 bytes of nonce, so that a random one never repeats.
    /// </summary>
    public static AeadAlgorithm XChaCha20Poly1305 { get; } = new(nonceSize: 24);

    /// <summary>Bytes of the nonce.</summary>
    public int NonceSize { get; }

    /// <summary>Bytes added to the plaintext.</summary>
    public int TagSize { get; } = 16;

    /// <summary>
    /// Fills <paramref name="ciphertext"/>: plaintext plus <see cref="TagSize"/>.
    /// </summary>
    public void Encrypt(
        Key key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext
    )
    {
        CheckSizes(nonce.Length, plaintext.Length, ciphertext.Length);
        var k = key.Secret(this);
        var m = (ulong)plaintext.Length;
        var ad = (ulong)associatedData.Length;
        _ = ReferenceEquals(this, XChaCha20Poly1305)
            ? Libsodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
                ciphertext,
                0,
                plaintext,
                m,
                associatedData,
                ad,
                0,
                nonce,
                k
            )
            : Libsodium.crypto_aead_chacha20poly1305_ietf_encrypt(
                ciphertext,
                0,
                plaintext,
                m,
                associatedData,
                ad,
                0,
                nonce,
                k
            );
    }

    /// <summary>
    /// False, with zeros in <paramref name="plaintext"/>, unless these very bytes were sealed with
    /// this key, nonce and associated data.
    /// </summary>
    public bool Decrypt(
        Key key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext
    )
    {
        CheckSizes(nonce.Length, plaintext.Length, ciphertext.Length);
        var k = key.Secret(this);
        var c = (ulong)ciphertext.Length;
        var ad = (ulong)associatedData.Length;
        var status = ReferenceEquals(this, XChaCha20Poly1305)
            ? Libsodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                plaintext,
                0,
                0,
                ciphertext,
                c,
                associatedData,
                ad,
                nonce,
                k
            )
            : Libsodium.crypto_aead_chacha20poly1305_ietf_decrypt(
                plaintext,
                0,
                0,
                ciphertext,
                c,
                associatedData,
                ad,
                nonce,
                k
            );
        if (status == 0)
        {
            return true;
        }

        CryptographicOperations.ZeroMemory(plaintext);
        return false;
    }

    internal override void DerivePublicKey(ReadOnlySpan<byte> key, Span<byte> publicKey) =>
        throw new InvalidOperationException("A symmetric key has no public key.");

    private void CheckSizes(int nonce, int plaintext, int ciphertext)
    {
        if (nonce != NonceSize || ciphertext - TagSize != plaintext)
        {
            throw new ArgumentOutOfRangeException(
                nameof(ciphertext),
                "The nonce or the ciphertext has the wrong size."
            );
        }
    }
}
