using System.Security.Cryptography;

namespace FriendNet.Crypto.Sodium;

/// <summary>Diffie-Hellman: X25519 (RFC 7748), the DH function of Noise section 12.1.</summary>
public sealed class KeyAgreementAlgorithm : Algorithm
{
    private KeyAgreementAlgorithm()
        : base(keySize: 32, publicKeySize: 32) { }

    /// <summary>RFC 7748 section 5.</summary>
    public static KeyAgreementAlgorithm X25519 { get; } = new();

    /// <summary>Bytes of the shared secret.</summary>
    public int SharedSecretSize { get; } = 32;

    /// <summary>
    /// False, with zeros in <paramref name="sharedSecret"/>, when the other's key is a point of
    /// small order, so that the secret would be all zero whatever our key is.
    /// </summary>
    public bool TryAgree(Key key, PublicKey otherPartyPublicKey, Span<byte> sharedSecret)
    {
        if (sharedSecret.Length != SharedSecretSize)
        {
            throw new ArgumentException("A shared secret has 32 bytes.", nameof(sharedSecret));
        }

        var n = key.Secret(this);
        var status = Libsodium.crypto_scalarmult_curve25519(
            sharedSecret,
            n,
            otherPartyPublicKey.For(this)
        );
        if (status == 0)
        {
            return true;
        }

        CryptographicOperations.ZeroMemory(sharedSecret);
        return false;
    }

    internal override void DerivePublicKey(ReadOnlySpan<byte> key, Span<byte> publicKey)
    {
        if (Libsodium.crypto_scalarmult_curve25519_base(publicKey, key) != 0)
        {
            throw new CryptographicException("X25519 made no public key.");
        }
    }
}
