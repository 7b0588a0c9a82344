using System.Buffers.Binary;
using System.Security.Cryptography;
using FriendNet.Crypto.Noise;
using Xunit;

namespace FriendNet.Tests.Crypto;

public sealed class CipherStateTests
{
    private static readonly byte[] RawKey = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    // Around the size at which another library takes over, and a full record.
    public static MatrixTheoryData<int, CipherFunction> SizesOfBoth =>
        new([0, 1, 1535, 1536, 1537, 65536], Enum.GetValues<CipherFunction>());

    [Theory]
    [MemberData(nameof(SizesOfBoth))]
    public void Seals_as_the_platform_does_and_opens_in_place(int size, CipherFunction function)
    {
        using var send = new CipherState(RawKey, function);
        using var receive = new CipherState(RawKey, function);
        var text = new byte[size];
        new SeededEntropy(size).Fill(text);
        byte[] ad = [5];
        for (ulong n = 0; n < 3; n++)
        {
            var expected = ByThePlatform(function, n, ad, text);
            var box = new byte[size + 16];
            text.CopyTo(box, 0);
            Assert.Equal(size + 16, send.EncryptWithAd([5], box.AsSpan(0, size), box));
            Assert.Equal(expected, box);

            box[size / 2] ^= 1;
            var opened = text.ToArray();
            Assert.False(receive.TryDecryptWithAd([5], box, opened, out _));
            Assert.Equal(new byte[size], opened);
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

    [Theory]
    [InlineData(CipherFunction.ChaChaPoly)]
    [InlineData(CipherFunction.AesGcm)]
    public void Rekey_is_the_one_of_the_specification(CipherFunction function)
    {
        // Section 4.2: the first 32 bytes of zeros sealed with the greatest nonce.
        var next = ByThePlatform(function, ulong.MaxValue, [], new byte[32])[..32];
        using var expected = new CipherState(next, function);
        expected.SetNonce(41);

        using var cipher = new CipherState(RawKey, function);
        cipher.SetNonce(41);
        cipher.Rekey();
        Assert.Equal(41UL, cipher.Nonce);
        var (box, expectedBox) = (new byte[19], new byte[19]);
        cipher.EncryptWithAd([], [1, 2, 3], box);
        expected.EncryptWithAd([], [1, 2, 3], expectedBox);
        Assert.Equal(expectedBox, box);
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

    private static byte[] ByThePlatform(
        CipherFunction function,
        ulong n,
        ReadOnlySpan<byte> ad,
        ReadOnlySpan<byte> text
    )
    {
        var nonce = new byte[12];
        var box = new byte[text.Length + 16];
        var (body, tag) = (box.AsMemory(0, text.Length), box.AsMemory(text.Length));
        if (function == CipherFunction.AesGcm)
        {
            BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(4), n);
            using var aes = new AesGcm(RawKey, 16);
            aes.Encrypt(nonce, text, body.Span, tag.Span, ad);
            return box;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(nonce.AsSpan(4), n);
        using var chacha = new ChaCha20Poly1305(RawKey);
        chacha.Encrypt(nonce, text, body.Span, tag.Span, ad);
        return box;
    }
}
