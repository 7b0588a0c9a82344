using FriendNet.Crypto.Entropy;

namespace FriendNet.Crypto.Sodium;

/// <summary>A private or symmetric key of one algorithm. Zeroed on Dispose.</summary>
public sealed class Key : IDisposable
{
    private readonly SecureMemory _secret;
    private readonly PublicKey? _publicKey;

    private Key(Algorithm algorithm, SecureMemory secret)
    {
        Algorithm = algorithm;
        _secret = secret;
        if (algorithm.PublicKeySize == 0)
        {
            return;
        }

        var publicKey = new byte[algorithm.PublicKeySize];
        algorithm.DerivePublicKey(secret.Span, publicKey);
        _publicKey = PublicKey.Import(algorithm, publicKey);
    }

    /// <summary>What the key is for.</summary>
    public Algorithm Algorithm { get; }

    /// <summary>The public half; it outlives the key.</summary>
    /// <exception cref="InvalidOperationException">The algorithm is symmetric.</exception>
    public PublicKey PublicKey =>
        _publicKey ?? throw new InvalidOperationException("A symmetric key has no public key.");

    /// <summary>Makes a fresh key.</summary>
    public static Key Create(Algorithm algorithm, IEntropy entropy)
    {
        Libsodium.Require();
        var secret = new SecureMemory(algorithm.KeySize);
        entropy.Fill(secret.Span);
        return new Key(algorithm, secret);
    }

    /// <summary>
    /// Takes a copy of a raw key of exactly <see cref="Algorithm.KeySize"/> bytes.
    /// </summary>
    public static Key Import(Algorithm algorithm, ReadOnlySpan<byte> blob)
    {
        Libsodium.Require();
        if (blob.Length != algorithm.KeySize)
        {
            throw new ArgumentException($"A key has {algorithm.KeySize} bytes.", nameof(blob));
        }

        return new Key(algorithm, new SecureMemory(blob));
    }

    /// <summary>Copies the raw key; the caller zeroes it.</summary>
    public void Export(Span<byte> blob) => _secret.Span.CopyTo(blob);

    /// <inheritdoc/>
    public void Dispose() => _secret.Dispose();

    /// <summary>The raw key, for a key of the expected algorithm only.</summary>
    internal ReadOnlySpan<byte> Secret(Algorithm expected) =>
        ReferenceEquals(Algorithm, expected)
            ? _secret.Span
            : throw new ArgumentException("The key is of another algorithm.", nameof(expected));
}
