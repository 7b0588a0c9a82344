using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Merkle;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Wire;

/// <summary>
/// That a pseudonym is the teller's own, for one friend's eyes: the first 16 bytes of
/// HMAC-SHA-256 under X25519(path key, agreement key) over "FriendNet own pseudonym 1" ‖
/// pseudonym ‖ teller ‖ receiver. Only the two can make it, so it convinces nobody else.
/// </summary>
public static class PossessionProof
{
    public const int Bytes = 16;

    private const int IdBytes = 16;

    private static ReadOnlySpan<byte> Context => "FriendNet own pseudonym 1"u8;

    /// <summary>Writes <see cref="Bytes"/>; false: the other's key is of small order.</summary>
    /// <param name="own">The teller's path key, or the receiver's agreement key.</param>
    /// <param name="other">The other one of the two.</param>
    public static bool TryMake(
        Key own,
        PublicKey other,
        PseudonymId pseudonym,
        FriendId teller,
        FriendId receiver,
        Span<byte> proof
    )
    {
        Span<byte> secret = stackalloc byte[Hash256.Size];
        if (!KeyAgreementAlgorithm.X25519.TryAgree(own, other, secret))
            return false;
        Span<byte> message = stackalloc byte[Context.Length + Hash256.Size + (2 * IdBytes)];
        Context.CopyTo(message);
        var ids = message[Context.Length..];
        pseudonym.Key.CopyTo(ids);
        BinaryPrimitives.WriteUInt128BigEndian(ids[Hash256.Size..], teller.Value);
        BinaryPrimitives.WriteUInt128BigEndian(ids[(Hash256.Size + IdBytes)..], receiver.Value);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, message, mac);
        mac[..Bytes].CopyTo(proof);
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }
}

/// <summary>Proves to a friend that a pseudonym is our own; empty: its key is gone.</summary>
public delegate ReadOnlyMemory<byte> ProveOwn(PseudonymId pseudonym, FriendId receiver);

/// <summary>Whether the proof holds that a head is of the friend that tells it.</summary>
public delegate bool HoldsProof(SignedHead head, FriendId teller, ReadOnlySpan<byte> proof);

/// <summary>How own pseudonyms are proved, and friends' are checked.</summary>
public sealed record Possession(ProveOwn Prove, HoldsProof Holds);
