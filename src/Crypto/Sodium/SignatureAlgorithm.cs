using System.Security.Cryptography;

namespace FriendNet.Crypto.Sodium;

/// <summary>
/// Signatures: Ed25519 (RFC 8032). Small-order and non-canonical keys never verify.
/// </summary>
public sealed class SignatureAlgorithm : Algorithm
{
    private SignatureAlgorithm()
        : base(keySize: 32, publicKeySize: 32) { }

    /// <summary>RFC 8032 section 5.1, without context. A raw key is the 32-byte seed.</summary>
    public static SignatureAlgorithm Ed25519 { get; } = new();

    /// <summary>Bytes of a signature.</summary>
    public int SignatureSize { get; } = 64;

    /// <summary>
    /// Signs <paramref name="data"/> into exactly <see cref="SignatureSize"/> bytes.
    /// </summary>
    public void Sign(Key key, ReadOnlySpan<byte> data, Span<byte> signature)
    {
        if (signature.Length != SignatureSize)
        {
            throw new ArgumentException("A signature has 64 bytes.", nameof(signature));
        }

        // libsodium's secret key is seed ‖ public key.
        Span<byte> sk = stackalloc byte[64];
        key.Secret(this).CopyTo(sk);
        key.PublicKey.Bytes.CopyTo(sk[32..]);
        var length = (ulong)data.Length;
        var status = Libsodium.crypto_sign_ed25519_detached(signature, 0, data, length, sk);
        CryptographicOperations.ZeroMemory(sk);
        if (status != 0)
        {
            throw new CryptographicException("Ed25519 did not sign.");
        }
    }

    /// <summary>
    /// True when the signature is by the owner of the key over exactly these bytes.
    /// </summary>
    public bool Verify(PublicKey publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var pk = publicKey.For(this);
        return signature.Length == SignatureSize
            && Libsodium.crypto_sign_ed25519_verify_detached(
                signature,
                data,
                (ulong)data.Length,
                pk
            ) == 0;
    }

    internal override void DerivePublicKey(ReadOnlySpan<byte> key, Span<byte> publicKey)
    {
        Span<byte> sk = stackalloc byte[64];
        var status = Libsodium.crypto_sign_ed25519_seed_keypair(publicKey, sk, key);
        CryptographicOperations.ZeroMemory(sk);
        if (status != 0)
        {
            throw new CryptographicException("Ed25519 made no public key.");
        }
    }
}
