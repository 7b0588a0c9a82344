namespace FriendNet.Crypto.Noise;

/// <summary>The cipher functions that there are (Noise section 12).</summary>
public enum CipherFunction
{
    /// <summary>Section 12.3: ChaCha20-Poly1305 of RFC 8439.</summary>
    ChaChaPoly,

    /// <summary>Section 12.4: AES-256-GCM of NIST SP 800-38D.</summary>
    AesGcm,
}

/// <summary>
/// ENCRYPT and DECRYPT of Noise section 4.2 under one key, which it owns. Both work in place.
/// </summary>
internal interface ICipher : IDisposable
{
    /// <summary>Fills the ciphertext: plaintext plus <see cref="CipherState.TagSize"/>.</summary>
    void Encrypt(
        ulong n,
        ReadOnlySpan<byte> ad,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext
    );

    /// <summary>False, with zeros in the plaintext, when it is not authentic.</summary>
    bool TryDecrypt(
        ulong n,
        ReadOnlySpan<byte> ad,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext
    );
}
