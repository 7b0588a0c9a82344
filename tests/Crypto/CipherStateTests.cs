using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Noise;
using Xunit;

namespace FriendNet.Tests.Crypto;

public sealed class CipherStateTests
{
    private static readonly byte[] RawKey = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Theory]
    // Around the size at which another library takes over, and a full record.
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1535)]
    [InlineData(1536)]
    [InlineData(1537)]
    [InlineData(65536)]
    public void Seals_as_the_platform_does_and_opens_in_place(int size)
    {
        using var send = new CipherState(RawKey);
        using var receive = new CipherState(RawKey);
        using var platform = new ChaCha20Poly1305(RawKey);
        var text = new byte[size];
        new SeededEntropy(size).Fill(text);
        byte[] ad = [5];
        for (ulong n = 0; n < 3; n++)
        {
            var nonce = new byte[12];
            BinaryPrimitives.WriteUInt64LittleEndian(nonce.AsSpan(4), n);
            var (expected, tag) = (new byte[size], new byte[16]);
            platform.Encrypt(nonce, text, expected, tag, ad);

            var box = new byte[size + 16];
            text.CopyTo(box, 0);
            Assert.Equal(size + 16, send.EncryptWithAd([5], box.AsSpan(0, size), box));
            Assert.Equal([.. expected, .. tag], box);

            box[size / 2] ^= 1;
            Assert.False(receive.TryDecryptWithAd([5], box, new byte[size], out _));
            Assert.Equal(n, receive.Nonce);
            box[size / 2] ^= 1;
            Assert.True(receive.TryDecryptWithAd([5], box, box, out var bytes));
            Assert.Equal(text, box[..bytes]);
        }
    }

    [Fact]
    public void Short_and_late_ciphertexts_are_refused()
    {
        using var send = new CipherState(RawKey);
        using var receive = new CipherState(RawKey);
        var box = new byte[17];
        for (var length = 0; length < 16; length++)
        {
            Assert.False(receive.TryDecryptWithAd([], box.AsSpan(0, length), [], out _));
        }

        send.EncryptWithAd([], [1], box);
        Assert.True(receive.TryDecryptWithAd([], box, new byte[1], out _));
        Assert.False(receive.TryDecryptWithAd([], box, new byte[1], out _));
        receive.SetNonce(0);
        Assert.True(receive.TryDecryptWithAd([], box, new byte[1], out _));
    }

    [Fact]
    public void Rekey_is_the_one_of_the_specification()
    {
        // Section 4.2: the first 32 bytes of zeros sealed with the greatest nonce.
        using var platform = new ChaCha20Poly1305(RawKey);
        var (expected, tag, next) = (new byte[32], new byte[16], new byte[32]);
        byte[] nonce = [0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
        platform.Encrypt(nonce, new byte[32], expected, tag);
        CipherState.Rekey(RawKey, next);
        Assert.Equal(expected, next);

        using var cipher = new CipherState(RawKey);
        cipher.SetNonce(41);
        cipher.Rekey();
        var exported = new byte[32];
        cipher.ExportKey(exported);
        Assert.Equal(expected, exported);
        Assert.Equal(41UL, cipher.Nonce);
    }

    [Fact]
    public void The_last_nonce_is_never_used()
    {
        using var cipher = new CipherState(RawKey);
        cipher.SetNonce(ulong.MaxValue - 1);
        var box = new byte[17];
        Assert.Equal(17, cipher.EncryptWithAd([], [1], box));
        Assert.Throws<InvalidOperationException>(() => cipher.EncryptWithAd([], [1], box));
        Assert.False(cipher.TryDecryptWithAd([], box, new byte[1], out _));
    }

    [Fact]
    public void A_disposed_cipher_never_passes_plaintext()
    {
        var cipher = new CipherState(RawKey);
        cipher.Dispose();
        var box = new byte[17];
        Assert.Throws<ObjectDisposedException>(() => cipher.EncryptWithAd([], [1], box));
        Assert.Throws<ObjectDisposedException>(() => cipher.TryDecryptWithAd([], box, box, out _));
        Assert.Throws<ObjectDisposedException>(() => cipher.InitializeKey(RawKey));
    }
}
