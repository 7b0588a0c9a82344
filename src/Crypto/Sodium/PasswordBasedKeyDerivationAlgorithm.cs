using System.Security.Cryptography;

namespace FriendNet.Crypto.Sodium;

/// <summary>Costs of Argon2id. libsodium fixes the parallelism at 1.</summary>
/// <param name="MemorySize">KiB, 8 or more.</param>
/// <param name="NumberOfPasses">1 or more.</param>
public sealed record Argon2Parameters(int MemorySize, int NumberOfPasses);

/// <summary>Keys out of passphrases: Argon2id version 1.3 (RFC 9106).</summary>
public sealed class PasswordBasedKeyDerivationAlgorithm
{
    private const int Argon2id13 = 2;

    private readonly Argon2Parameters _parameters;

    private PasswordBasedKeyDerivationAlgorithm(Argon2Parameters parameters) =>
        _parameters = parameters;

    /// <summary>Bytes of the salt.</summary>
    public int SaltSize { get; } = 16;

    /// <summary>RFC 9106 with one lane, no secret and no associated data.</summary>
    public static PasswordBasedKeyDerivationAlgorithm Argon2id(Argon2Parameters parameters) =>
        parameters is { MemorySize: >= 8, NumberOfPasses: >= 1 }
            ? new(parameters)
            : throw new ArgumentOutOfRangeException(nameof(parameters));

    /// <summary>Fills <paramref name="bytes"/> (16 or more).</summary>
    /// <exception cref="CryptographicException">The system has not that much memory.</exception>
    public void DeriveBytes(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> bytes)
    {
        if (salt.Length != SaltSize || bytes.Length < 16)
        {
            throw new ArgumentException("A salt has 16 bytes, a key 16 or more.", nameof(salt));
        }

        Libsodium.Require();
        var status = Libsodium.crypto_pwhash(
            bytes,
            (ulong)bytes.Length,
            password,
            (ulong)password.Length,
            salt,
            (ulong)_parameters.NumberOfPasses,
            (nuint)_parameters.MemorySize * 1024,
            Argon2id13
        );
        if (status != 0)
        {
            throw new CryptographicException(
                $"Argon2id needs {_parameters.MemorySize / 1024} MiB of free memory."
            );
        }
    }
}
