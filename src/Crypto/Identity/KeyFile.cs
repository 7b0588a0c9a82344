// A key file, 168 bytes, all integers big-endian:
//
//   offset  bytes  field
//        0      6  "FNKEYS"
//        6      1  version, 1
//        7      1  kdf: 0 none, 1 Argon2id 1.3 with one lane
//        8      4  memory of Argon2id in KiB; 0 with kdf 0
//       12      4  passes of Argon2id; 0 with kdf 0
//       16     16  salt
//       32     24  nonce
//       56    112  XChaCha20-Poly1305 of Ed25519 seed ‖ X25519 key ‖ storage key,
//                  bytes 0 to 55 being its associated data
//
// The key is Argon2id(passphrase, salt). With kdf 0 it is HKDF-SHA256(salt, no salt, "FriendNet
// key file"): no secrecy, but damage shows, and there is one layout.
using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Sodium;

namespace FriendNet.Crypto.Identity;

/// <summary>What came of opening a key file.</summary>
public enum KeyFileStatus
{
    /// <summary>The keys are there.</summary>
    Opened,

    /// <summary>The file has a passphrase and none was given.</summary>
    PassphraseNeeded,

    /// <summary>
    /// The passphrase is another one (or the file was altered; they look the same).
    /// </summary>
    WrongPassphrase,

    /// <summary>Not a key file, or cut off, or altered.</summary>
    Damaged,
}

/// <summary>
/// Writes and reads <see cref="IdentityKeys"/> as bytes, optionally under a passphrase.
/// </summary>
public static class KeyFile
{
    /// <summary>Bytes of a key file.</summary>
    public const int Bytes = HeaderBytes + IdentityKeys.ExportBytes + TagSize;

    private const int HeaderBytes = 56;
    private const int TagSize = 16;
    private const int KdfAt = 7;
    private const int MemoryAt = 8;
    private const int PassesAt = 12;
    private const int SaltAt = 16;
    private const int NonceAt = 32;
    private const byte KdfNone = 0;
    private const byte KdfArgon2id = 1;

    // A file that claims more must not take the machine's memory or its day.
    private const uint MemoryMax = 256 * 1024;
    private const uint PassesMax = 10;

    private static readonly AeadAlgorithm Aead = AeadAlgorithm.XChaCha20Poly1305;

    /// <summary>
    /// RFC 9106's second recommendation, but for the lanes: 64 MiB in 3 passes. That is some 0.2 s
    /// on a desktop and under 2 s on a small ARM board, once per start, and fits where the daemon
    /// itself is to stay under 100 MiB; 256 MiB could fail on a box with 512.
    /// </summary>
    public static Argon2Parameters DefaultCost { get; } = new(64 * 1024, 3);

    private static ReadOnlySpan<byte> Magic => "FNKEYS\u0001"u8;

    /// <summary>True when the bytes look like a key file that has a passphrase.</summary>
    public static bool HasPassphrase(ReadOnlySpan<byte> file) =>
        file.Length == Bytes && file.StartsWith(Magic) && file[KdfAt] == KdfArgon2id;

    /// <summary>
    /// Returns the file's bytes. <paramref name="passphrase"/> is UTF-8 as typed; empty means none.
    /// </summary>
    public static byte[] Seal(
        IdentityKeys keys,
        ReadOnlySpan<byte> passphrase,
        IEntropy entropy,
        Argon2Parameters? cost = null
    )
    {
        var file = new byte[Bytes];
        Magic.CopyTo(file);
        if (!passphrase.IsEmpty)
        {
            var (memory, passes) = cost ?? DefaultCost;
            file[KdfAt] = KdfArgon2id;
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(MemoryAt), memory);
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(PassesAt), passes);
            if (!HasFitCost(file))
            {
                throw new ArgumentOutOfRangeException(nameof(cost));
            }
        }

        entropy.Fill(file.AsSpan(SaltAt, HeaderBytes - SaltAt));
        Span<byte> secrets = stackalloc byte[IdentityKeys.ExportBytes];
        keys.Export(secrets);
        using var key = DeriveKey(file, passphrase);
        Aead.Encrypt(
            key,
            file.AsSpan(NonceAt, Aead.NonceSize),
            file.AsSpan(0, HeaderBytes),
            secrets,
            file.AsSpan(HeaderBytes)
        );
        CryptographicOperations.ZeroMemory(secrets);
        return file;
    }

    /// <summary>
    /// Opens a file; the keys are there only with <see cref="KeyFileStatus.Opened"/>. A passphrase
    /// for a file that has none is ignored.
    /// </summary>
    /// <exception cref="CryptographicException">
    /// Argon2id needs more memory than there is.
    /// </exception>
    public static KeyFileStatus TryOpen(
        ReadOnlySpan<byte> file,
        ReadOnlySpan<byte> passphrase,
        out IdentityKeys? keys
    )
    {
        keys = null;
        if (file.Length != Bytes || !file.StartsWith(Magic) || !HasFitCost(file))
        {
            return KeyFileStatus.Damaged;
        }

        var locked = file[KdfAt] == KdfArgon2id;
        if (locked && passphrase.IsEmpty)
        {
            return KeyFileStatus.PassphraseNeeded;
        }

        Span<byte> secrets = stackalloc byte[IdentityKeys.ExportBytes];
        using var key = DeriveKey(file, passphrase);
        if (
            !Aead.Decrypt(
                key,
                file.Slice(NonceAt, Aead.NonceSize),
                file[..HeaderBytes],
                file[HeaderBytes..],
                secrets
            )
        )
        {
            return locked ? KeyFileStatus.WrongPassphrase : KeyFileStatus.Damaged;
        }

        keys = IdentityKeys.Import(secrets);
        CryptographicOperations.ZeroMemory(secrets);
        return KeyFileStatus.Opened;
    }

    private static bool HasFitCost(ReadOnlySpan<byte> file)
    {
        var memory = BinaryPrimitives.ReadUInt32BigEndian(file[MemoryAt..]);
        var passes = BinaryPrimitives.ReadUInt32BigEndian(file[PassesAt..]);
        return file[KdfAt] switch
        {
            KdfNone => memory == 0 && passes == 0,
            KdfArgon2id => memory is >= 8 and <= MemoryMax && passes is >= 1 and <= PassesMax,
            _ => false,
        };
    }

    private static Key DeriveKey(ReadOnlySpan<byte> file, ReadOnlySpan<byte> passphrase)
    {
        Span<byte> raw = stackalloc byte[32];
        var salt = file[SaltAt..NonceAt];
        if (file[KdfAt] == KdfArgon2id)
        {
            var cost = new Argon2Parameters(
                BinaryPrimitives.ReadInt32BigEndian(file[MemoryAt..]),
                BinaryPrimitives.ReadInt32BigEndian(file[PassesAt..])
            );
            PasswordBasedKeyDerivationAlgorithm.Argon2id(cost).DeriveBytes(passphrase, salt, raw);
        }
        else
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, salt, raw, [], "FriendNet key file"u8);
        }

        var key = Key.Import(Aead, raw);
        CryptographicOperations.ZeroMemory(raw);
        return key;
    }
}
