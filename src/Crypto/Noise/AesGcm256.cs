using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Ipsec;

namespace FriendNet.Crypto.Noise;

/// <summary>
/// Noise section 12.4: the nonce is 32 zero bits and 64 bits big-endian. By the framework where
/// libipsec is not ready: right, but no faster than ChaChaPoly.
/// </summary>
internal sealed class AesGcm256 : ICipher
{
    private readonly IpsecAesGcm? _quick;
    private readonly AesGcm? _slow;

    internal AesGcm256(ReadOnlySpan<byte> key)
    {
        _quick = IpsecAesGcm.TryCreate(key);
        _slow = _quick is null ? new AesGcm(key, CipherState.TagSize) : null;
    }

    public void Encrypt(
        ulong n,
        ReadOnlySpan<byte> ad,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext
    )
    {
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, n);
        if (_quick is not null)
        {
            _quick.Encrypt(nonce, ad, plaintext, ciphertext);
            return;
        }

        var tag = ciphertext[plaintext.Length..];
        _slow!.Encrypt(nonce, plaintext, ciphertext[..plaintext.Length], tag, ad);
    }

    public bool TryDecrypt(
        ulong n,
        ReadOnlySpan<byte> ad,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext
    )
    {
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, n);
        if (_quick is not null)
        {
            return _quick.TryDecrypt(nonce, ad, ciphertext, plaintext);
        }

        try
        {
            var tag = ciphertext[plaintext.Length..];
            _slow!.Decrypt(nonce, ciphertext[..plaintext.Length], tag, plaintext, ad);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            // The class has no call that returns a status; what a peer sends must not throw.
            return false;
        }
    }

    public void Dispose()
    {
        _quick?.Dispose();
        _slow?.Dispose();
    }

    private static void WriteNonce(Span<byte> destination, ulong nonce)
    {
        destination[..4].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], nonce);
    }
}
