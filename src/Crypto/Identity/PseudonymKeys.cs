using System.Security.Cryptography;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Sodium;

namespace FriendNet.Crypto.Identity;

/// <summary>
/// The keys of one pseudonym: HKDF-SHA256 (RFC 5869) of a random seed without salt, the info
/// being the label of each key.
/// </summary>
public sealed class PseudonymKeys : IDisposable
{
    /// <summary>Bytes of the seed.</summary>
    public const int SeedBytes = 32;

    private readonly SecureMemory _seed;

    private PseudonymKeys(SecureMemory seed)
    {
        _seed = seed;
        Signing = Derive(SignatureAlgorithm.Ed25519, "FriendNet pseudonym signing"u8);
        Path = Derive(KeyAgreementAlgorithm.X25519, "FriendNet pseudonym path"u8);
    }

    /// <summary>Ed25519: signs heads, nothing else. Its public half is the pseudonym.</summary>
    public Key Signing { get; }

    /// <summary>X25519: answers paths, nothing else.</summary>
    public Key Path { get; }

    /// <summary>A new pseudonym.</summary>
    public static PseudonymKeys Create(IEntropy entropy)
    {
        var seed = new SecureMemory(SeedBytes);
        entropy.Fill(seed.Span);
        return new PseudonymKeys(seed);
    }

    /// <summary>Takes a copy of a stored seed (32 bytes).</summary>
    public static PseudonymKeys Import(ReadOnlySpan<byte> seed) =>
        seed.Length == SeedBytes
            ? new PseudonymKeys(new SecureMemory(seed))
            : throw new ArgumentException("A pseudonym's seed has 32 bytes.", nameof(seed));

    /// <summary>Copies the seed, to be sealed; the caller zeroes it.</summary>
    public void Export(Span<byte> seed) => _seed.Span.CopyTo(seed);

    /// <inheritdoc/>
    public void Dispose()
    {
        _seed.Dispose();
        Signing.Dispose();
        Path.Dispose();
    }

    private Key Derive(Algorithm algorithm, ReadOnlySpan<byte> label)
    {
        Span<byte> key = stackalloc byte[algorithm.KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _seed.Span, key, [], label);
        var derived = Key.Import(algorithm, key);
        CryptographicOperations.ZeroMemory(key);
        return derived;
    }
}
