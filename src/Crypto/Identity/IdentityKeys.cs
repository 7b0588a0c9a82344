using FriendNet.Crypto.Entropy;
using FriendNet.Crypto.Sodium;

namespace FriendNet.Crypto.Identity;

/// <summary>
/// The secrets of a node: who it is, its Noise static key, and what seals its database.
/// </summary>
public sealed class IdentityKeys : IDisposable
{
    /// <summary>Bytes that <see cref="SealAtRest"/> adds: nonce (24) ‖ … ‖ tag (16).</summary>
    public const int SealOverheadBytes = NonceSize + 16;

    internal const int ExportBytes = 3 * KeySize;

    private const int KeySize = 32;
    private const int NonceSize = 24;

    private static readonly AeadAlgorithm Aead = AeadAlgorithm.XChaCha20Poly1305;

    private IdentityKeys(Key signing, Key agreement, Key storage)
    {
        Signing = signing;
        Agreement = agreement;
        Storage = storage;
    }

    /// <summary>Ed25519: who I am.</summary>
    public Key Signing { get; }

    /// <summary>X25519: the static key of Noise.</summary>
    public Key Agreement { get; }

    private Key Storage { get; }

    /// <summary>A new identity.</summary>
    public static IdentityKeys Create(IEntropy entropy) =>
        new(
            Key.Create(SignatureAlgorithm.Ed25519, entropy),
            Key.Create(KeyAgreementAlgorithm.X25519, entropy),
            Key.Create(Aead, entropy)
        );

    /// <summary>
    /// Seals a secret for the database into <paramref name="box"/> (plaintext plus
    /// <see cref="SealOverheadBytes"/>). It opens only with the same associated data, which should
    /// name the row, so that sealed values cannot change places.
    /// </summary>
    public void SealAtRest(
        IEntropy entropy,
        ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> plaintext,
        Span<byte> box
    )
    {
        var nonce = box[..NonceSize];
        entropy.Fill(nonce);
        Aead.Encrypt(Storage, nonce, associatedData, plaintext, box[NonceSize..]);
    }

    /// <summary>
    /// False unless <paramref name="box"/> was sealed by these keys with this associated data.
    /// <paramref name="plaintext"/> is <see cref="SealOverheadBytes"/> shorter than the box.
    /// </summary>
    public bool OpenAtRest(
        ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> box,
        Span<byte> plaintext
    ) =>
        box.Length == plaintext.Length + SealOverheadBytes
        && Aead.Decrypt(Storage, box[..NonceSize], associatedData, box[NonceSize..], plaintext);

    /// <inheritdoc/>
    public void Dispose()
    {
        Signing.Dispose();
        Agreement.Dispose();
        Storage.Dispose();
    }

    internal static IdentityKeys Import(ReadOnlySpan<byte> secrets) =>
        new(
            Key.Import(SignatureAlgorithm.Ed25519, secrets[..KeySize]),
            Key.Import(KeyAgreementAlgorithm.X25519, secrets.Slice(KeySize, KeySize)),
            Key.Import(Aead, secrets.Slice(2 * KeySize, KeySize))
        );

    internal void Export(Span<byte> secrets)
    {
        Signing.Export(secrets);
        Agreement.Export(secrets[KeySize..]);
        Storage.Export(secrets[(2 * KeySize)..]);
    }
}
