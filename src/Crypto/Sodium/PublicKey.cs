using System.Buffers.Binary;

namespace FriendNet.Crypto.Sodium;

/// <summary>A public key of one algorithm; a value that can be compared and shown.</summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    private readonly byte[] _bytes;

    private PublicKey(Algorithm algorithm, byte[] bytes)
    {
        Algorithm = algorithm;
        _bytes = bytes;
    }

    /// <summary>What the key is for.</summary>
    public Algorithm Algorithm { get; }

    /// <summary>The raw key.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>
    /// Takes a raw key of exactly <see cref="Algorithm.PublicKeySize"/> bytes. Any bytes are
    /// accepted here; unfit points fail when the key is used.
    /// </summary>
    public static PublicKey Import(Algorithm algorithm, ReadOnlySpan<byte> blob)
    {
        Libsodium.Require();
        if (blob.Length != algorithm.PublicKeySize || blob.IsEmpty)
        {
            throw new ArgumentException(
                $"A public key has {algorithm.PublicKeySize} bytes.",
                nameof(blob)
            );
        }

        return new PublicKey(algorithm, blob.ToArray());
    }

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) =>
        other is not null
        && ReferenceEquals(Algorithm, other.Algorithm)
        && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(_bytes);

    /// <summary>Lowercase hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    internal ReadOnlySpan<byte> For(Algorithm expected) =>
        ReferenceEquals(Algorithm, expected)
            ? _bytes
            : throw new ArgumentException("The key is of another algorithm.", nameof(expected));
}
