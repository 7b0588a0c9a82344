using System.Security.Cryptography;
using FriendNet.Crypto.Ipsec;
using Xunit;

namespace FriendNet.Tests.Crypto;

public sealed class IpsecAesGcmTests : IDisposable
{
    private const int Shift = 64;
    private readonly SeededEntropy _entropy = new(1);
    private readonly byte[] _key = new byte[32];
    private readonly IpsecAesGcm? _ours;
    private readonly AesGcm _framework;

    public IpsecAesGcmTests()
    {
        _entropy.Fill(_key);
        _ours = IpsecAesGcm.TryCreate(_key);
        _framework = new AesGcm(_key, 16);
    }

    public void Dispose()
    {
        _ours?.Dispose();
        _framework.Dispose();
    }

    /// <summary>McGrew and Viega, "The Galois/Counter Mode": test cases 13, 14 and 16.</summary>
    [Theory]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000000",
        "000000000000000000000000",
        "",
        "",
        "530f8afbc74536b9a963b4f1c4cb738b"
    )]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000000",
        "000000000000000000000000",
        "",
        "00000000000000000000000000000000",
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    )]
    [InlineData(
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        "cafebabefacedbaddecaf888",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            + "76fc6ece0f4e1768cddf8853bb2d551b"
    )]
    public void Published_vectors_pass(
        string key,
        string nonce,
        string ad,
        string text,
        string expected
    )
    {
        SkipUnlessReady();
        using var ours = IpsecAesGcm.TryCreate(Convert.FromHexString(key))!;
        var plain = Convert.FromHexString(text);
        var box = new byte[plain.Length + 16];
        var (n, a) = (Convert.FromHexString(nonce), Convert.FromHexString(ad));
        ours.Encrypt(n, a, plain, box);
        Assert.Equal(expected, Convert.ToHexStringLower(box));
        Assert.True(ours.TryDecrypt(n, a, box, box.AsSpan(0, plain.Length)));
        Assert.Equal(plain, box[..plain.Length]);
    }

    /// <summary>
    /// All short lengths, past the 48 blocks that the library takes at once, and some of each size
    /// of record; wherever in memory they begin, in place and not.
    /// </summary>
    [Fact]
    public void It_does_as_the_framework_does()
    {
        SkipUnlessReady();
        var random = new Random(7);
        int[] records = [65_535, 65_536, 65_537, .. Sizes(random, 1_000, 66_000)];
        var large = new byte[70_000];
        _entropy.Fill(large);
        foreach (var size in Enumerable.Range(0, 2_100).Concat(records))
        {
            var nonce = large.AsSpan(random.Next(1_000), 12);
            var ad = large.AsSpan(random.Next(1_000), size % 3 == 0 ? 0 : random.Next(300));
            var text = large.AsSpan(random.Next(Shift), size);
            var expected = new byte[size + 16];
            _framework.Encrypt(nonce, text, expected.AsSpan(0, size), expected.AsSpan(size), ad);

            var box = new byte[size + 16 + Shift].AsSpan(random.Next(Shift), size + 16);
            _ours!.Encrypt(nonce, ad, text, box);
            Assert.True(box.SequenceEqual(expected), $"{size}");
            box.Clear();
            text.CopyTo(box);
            _ours.Encrypt(nonce, ad, box[..size], box);
            Assert.True(box.SequenceEqual(expected), $"{size} in place");
            var opened = new byte[size];
            Assert.True(_ours.TryDecrypt(nonce, ad, box, opened), $"{size}");
            Assert.True(text.SequenceEqual(opened), $"{size}");
            Assert.True(_ours.TryDecrypt(nonce, ad, box, box[..size]), $"{size} in place");
            Assert.True(text.SequenceEqual(box[..size]), $"{size} in place");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(800)]
    public void Any_flipped_bit_is_refused_and_leaves_no_text(int size)
    {
        SkipUnlessReady();
        byte[] nonce = [.. _key[..12]];
        byte[] ad = [1, 2, 3];
        var (text, box) = (new byte[size], new byte[size + 16]);
        _entropy.Fill(text);
        _ours!.Encrypt(nonce, ad, text, box);
        foreach (var changed in new[] { nonce, ad, box })
        {
            for (var bit = 0; bit < changed.Length * 8; bit++)
            {
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                var opened = text.ToArray();
                Assert.False(_ours.TryDecrypt(nonce, ad, box, opened));
                Assert.Equal(new byte[size], opened);
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        Assert.True(_ours.TryDecrypt(nonce, ad, box, new byte[size]));
    }

    [Fact]
    public void Misuse_throws()
    {
        SkipUnlessReady();
        var box = new byte[17];
        Assert.Throws<ArgumentException>(() => IpsecAesGcm.TryCreate(new byte[31]));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            _ours!.Encrypt(new byte[11], [], [1], box)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            _ours!.TryDecrypt(new byte[12], [], box, new byte[2])
        );
        _ours!.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _ours.Encrypt(new byte[12], [], [1], box));
    }

    private static int[] Sizes(Random random, int count, int max) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(max))];

    private static void SkipUnlessReady() =>
        Assert.SkipUnless(
            Libipsec.IsReady,
            "libipsec-mb1 is absent, or this processor has no VAES: apt-get install libipsec-mb1"
        );
}
