using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Noise;
using FriendNet.Crypto.Sodium;

namespace FriendNet.Crypto.Identity;

/// <summary>
/// What two friends share, 32 bytes, and all that derives from it: HKDF-SHA256 (RFC 5869) of it
/// without salt, the info being the label of each key. Erasing it makes strangers of friends.
/// </summary>
public sealed class PairSecret : IDisposable
{
    /// <summary>Bytes of the secret and of every derived key.</summary>
    public const int Size = 32;

    /// <summary>Bytes of the secret in an invitation.</summary>
    public const int InvitationSecretSize = 16;

    private readonly SecureMemory _secret;

    private PairSecret(SecureMemory secret) => _secret = secret;

    /// <summary>The secret that a complete handshake, not yet split, gives both sides.</summary>
    public static PairSecret FromHandshake(HandshakeState handshake)
    {
        var secret = new SecureMemory(Size);
        handshake.Export("FriendNet pair secret"u8, secret.Span);
        return new PairSecret(secret);
    }

    /// <summary>The one-time friendship that a link's 16 secret bytes make.</summary>
    public static PairSecret FromInvitation(ReadOnlySpan<byte> secret16)
    {
        if (secret16.Length != InvitationSecretSize)
        {
            throw new ArgumentException("An invitation's secret has 16 bytes.", nameof(secret16));
        }

        var secret = new SecureMemory(Size);
        Hkdf(secret16, "FriendNet invitation"u8, secret.Span);
        return new PairSecret(secret);
    }

    /// <summary>Takes a copy of a stored secret (32 bytes).</summary>
    public static PairSecret Import(ReadOnlySpan<byte> secret) =>
        secret.Length == Size
            ? new PairSecret(new SecureMemory(secret))
            : throw new ArgumentException("A pair secret has 32 bytes.", nameof(secret));

    /// <summary>Copies the secret, to be sealed; the caller zeroes it.</summary>
    public void Export(Span<byte> secret) => _secret.Span.CopyTo(secret);

    /// <summary>The psk of IKpsk2 (32 bytes).</summary>
    public void DeriveNoisePsk(Span<byte> key) => Derive("FriendNet noise psk"u8, key);

    /// <summary>The key of the tag by which a responder finds the friend (32 bytes).</summary>
    public void DeriveVeilTagKey(Span<byte> key) => Derive("FriendNet veil tag"u8, key);

    /// <summary>The key of the mask over the handshake (32 bytes).</summary>
    public void DeriveVeilMaskKey(Span<byte> key) => Derive("FriendNet veil mask"u8, key);

    /// <summary>
    /// The tag (up to 32 bytes) by which the two find each other during one hour: HMAC-SHA256 of
    /// the hour, counted from the Unix epoch, 8 bytes big-endian.
    /// </summary>
    public void RendezvousTag(long hour, Span<byte> tag)
    {
        Span<byte> key = stackalloc byte[Size];
        Span<byte> message = stackalloc byte[sizeof(long)];
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Derive("FriendNet rendezvous"u8, key);
        BinaryPrimitives.WriteInt64BigEndian(message, hour);
        HMACSHA256.HashData(key, message, mac);
        mac[..tag.Length].CopyTo(tag);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <inheritdoc/>
    public void Dispose() => _secret.Dispose();

    private static void Hkdf(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, Span<byte> key) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, [], label);

    private void Derive(ReadOnlySpan<byte> label, Span<byte> key)
    {
        if (key.Length != Size)
        {
            throw new ArgumentException("A derived key has 32 bytes.", nameof(key));
        }

        Hkdf(_secret.Span, label, key);
    }
}
