using System.Security.Cryptography;
using System.Text;
using FriendNet.Crypto.Sodium;

namespace FriendNet.Crypto.Noise;

/// <summary>
/// Noise section 5.2: the chaining key, the handshake hash and the cipher between.
/// </summary>
internal sealed class SymmetricState : IDisposable
{
    internal const int HashSize = SHA256.HashSizeInBytes;

    private readonly SecureMemory _ck = new(HashSize);
    private readonly byte[] _h = new byte[HashSize];
    private readonly CipherState _cipher;

    internal bool HasKey => _cipher.HasKey;

    internal ReadOnlySpan<byte> HandshakeHash => _h;

    internal SymmetricState(string protocolName, CipherFunction function)
    {
        _cipher = new CipherState(function);
        var name = Encoding.ASCII.GetBytes(protocolName);
        if (name.Length <= HashSize)
        {
            name.CopyTo(_h, 0);
        }
        else
        {
            SHA256.HashData(name, _h);
        }

        _h.CopyTo(_ck.Span);
    }

    internal void MixKey(ReadOnlySpan<byte> inputKeyMaterial)
    {
        Span<byte> output = stackalloc byte[2 * HashSize];
        Hkdf(inputKeyMaterial, output);
        output[..HashSize].CopyTo(_ck.Span);
        _cipher.InitializeKey(output[HashSize..]);
        CryptographicOperations.ZeroMemory(output);
    }

    internal void MixHash(ReadOnlySpan<byte> data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_h);
        hash.AppendData(data);
        hash.GetHashAndReset(_h);
    }

    internal void MixKeyAndHash(ReadOnlySpan<byte> inputKeyMaterial)
    {
        Span<byte> output = stackalloc byte[3 * HashSize];
        Hkdf(inputKeyMaterial, output);
        output[..HashSize].CopyTo(_ck.Span);
        MixHash(output[HashSize..(2 * HashSize)]);
        _cipher.InitializeKey(output[(2 * HashSize)..]);
        CryptographicOperations.ZeroMemory(output);
    }

    internal int EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        var length = _cipher.EncryptWithAd(_h, plaintext, ciphertext);
        MixHash(ciphertext[..length]);
        return length;
    }

    internal bool TryDecryptAndHash(
        ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext,
        out int plaintextBytes
    )
    {
        // Hash first: the plaintext may lie over the ciphertext.
        Span<byte> ad = stackalloc byte[HashSize];
        _h.CopyTo(ad);
        MixHash(ciphertext);
        return _cipher.TryDecryptWithAd(ad, ciphertext, plaintext, out plaintextBytes);
    }

    internal (CipherState First, CipherState Second) Split(CipherFunction? function)
    {
        Span<byte> output = stackalloc byte[2 * HashSize];
        Hkdf([], output);
        var first = new CipherState(output[..HashSize], function ?? _cipher.Function);
        var second = new CipherState(output[HashSize..], function ?? _cipher.Function);
        CryptographicOperations.ZeroMemory(output);
        return (first, second);
    }

    // HKDF-Expand(HKDF-Extract(ck, ""), label ‖ h). Split expands the same with empty info, so a
    // label that is not empty keeps the two apart.
    internal void Export(ReadOnlySpan<byte> label, Span<byte> key)
    {
        Span<byte> info = stackalloc byte[label.Length + HashSize];
        label.CopyTo(info);
        _h.CopyTo(info[label.Length..]);
        Hkdf([], key, info);
    }

    public void Dispose()
    {
        _ck.Dispose();
        _cipher.Dispose();
    }

    // Section 4.3: output of 2 or 3 hashes, which is RFC 5869 with ck as the salt. Extract is an
    // HMAC of our own call, because OpenSSL's HKDF refuses the empty input that Split has.
    private void Hkdf(
        ReadOnlySpan<byte> inputKeyMaterial,
        Span<byte> output,
        ReadOnlySpan<byte> info = default
    )
    {
        Span<byte> tempKey = stackalloc byte[HashSize];
        HMACSHA256.HashData(_ck.Span, inputKeyMaterial, tempKey);
        HKDF.Expand(HashAlgorithmName.SHA256, tempKey, output, info);
        CryptographicOperations.ZeroMemory(tempKey);
    }
}
