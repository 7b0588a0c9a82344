using System.Security.Cryptography;

namespace FriendNet.Crypto.Noise;

/// <summary>
/// Noise section 5.1: a key and a counting nonce. Not for two threads at once. Owns its key;
/// dispose it.
/// </summary>
public sealed class CipherState : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes that a tag adds to a plaintext.</summary>
    public const int TagSize = 16;

    private ICipher? _cipher;
    private ulong _nonce;
    private bool _disposed;

    /// <summary>A cipher with a key of 32 bytes, which it copies, and nonce 0.</summary>
    public CipherState(ReadOnlySpan<byte> key, CipherFunction function = CipherFunction.ChaChaPoly)
        : this(function) => InitializeKey(key);

    /// <summary>InitializeKey(empty): data passes unencrypted until there is a key.</summary>
    internal CipherState(CipherFunction function) => Function = function;

    /// <summary>What it encrypts with.</summary>
    public CipherFunction Function { get; }

    /// <summary>True once a key was set.</summary>
    internal bool HasKey => _cipher is not null;

    /// <summary>The nonce of the next message.</summary>
    public ulong Nonce => _nonce;

    /// <summary>Sets the key and starts the nonce at 0.</summary>
    public void InitializeKey(ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ICipher next = Function == CipherFunction.AesGcm ? new AesGcm256(key) : new ChaChaPoly(key);
        _cipher?.Dispose();
        _cipher = next;
        _nonce = 0;
    }

    /// <summary>
    /// Sets the nonce of the next message, as for messages that came out of order.
    /// </summary>
    public void SetNonce(ulong nonce) => _nonce = nonce;

    /// <summary>
    /// Replaces the key by REKEY(k) of section 4.2; the nonce goes on.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no key.</exception>
    public void Rekey()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var cipher = _cipher ?? throw new InvalidOperationException("The cipher has no key.");
        var nonce = _nonce;
        Span<byte> zeros = stackalloc byte[KeySize];
        Span<byte> box = stackalloc byte[KeySize + TagSize];
        zeros.Clear();
        cipher.Encrypt(ulong.MaxValue, [], zeros, box);
        InitializeKey(box[..KeySize]);
        CryptographicOperations.ZeroMemory(box);
        _nonce = nonce;
    }

    /// <summary>
    /// Returns the bytes written to <paramref name="ciphertext"/>: plaintext plus
    /// <see cref="TagSize"/>, or just the plaintext while there is no key. Works in place.
    /// </summary>
    /// <exception cref="InvalidOperationException">The nonces are used up.</exception>
    public int EncryptWithAd(
        ReadOnlySpan<byte> ad,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext
    )
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_cipher is null)
        {
            plaintext.CopyTo(ciphertext);
            return plaintext.Length;
        }

        if (_nonce == ulong.MaxValue)
        {
            throw new InvalidOperationException("The nonces of this key are used up.");
        }

        var length = plaintext.Length + TagSize;
        _cipher.Encrypt(_nonce, ad, plaintext, ciphertext[..length]);
        _nonce++;
        return length;
    }

    /// <summary>
    /// Works in place. False when the ciphertext is not authentic, too short or the nonces are
    /// used up; the nonce then stays, and <paramref name="plaintext"/> holds nothing of use.
    /// </summary>
    public bool TryDecryptWithAd(
        ReadOnlySpan<byte> ad,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext,
        out int plaintextBytes
    )
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        plaintextBytes = 0;
        if (_cipher is null)
        {
            ciphertext.CopyTo(plaintext);
            plaintextBytes = ciphertext.Length;
            return true;
        }

        if (_nonce == ulong.MaxValue || ciphertext.Length < TagSize)
        {
            return false;
        }

        var length = ciphertext.Length - TagSize;
        if (!_cipher.TryDecrypt(_nonce, ad, ciphertext, plaintext[..length]))
        {
            return false;
        }

        _nonce++;
        plaintextBytes = length;
        return true;
    }

    /// <summary>Zeroes the key; the cipher cannot be used again.</summary>
    public void Dispose()
    {
        _cipher?.Dispose();
        _cipher = null;
        _disposed = true;
    }
}
