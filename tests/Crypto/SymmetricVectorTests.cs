using System.Security.Cryptography;
using System.Text;
using FriendNet.Crypto.Sodium;
using Xunit;

namespace FriendNet.Tests.Crypto;

/// <summary>
/// Authenticated encryption and HKDF against the vectors of their specifications.
/// </summary>
public sealed class SymmetricVectorTests
{
    private const string Sunscreen =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        + "future, sunscreen would be it.";

    [Fact]
    public void ChaCha20Poly1305_seals_as_RFC_8439_by_the_seam_and_by_the_BCL()
    {
        // Section 2.8.2.
        var (key, ad, plaintext) = AeadInput();
        var nonce = Hex("070000004041424344454647");
        var expected = Hex(
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                + "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd060"
                + "0691"
        );
        CheckAead(AeadAlgorithm.ChaCha20Poly1305, key, nonce, ad, plaintext, expected);

        using var bcl = new ChaCha20Poly1305(key);
        var ciphertext = new byte[expected.Length];
        var tag = ciphertext.AsSpan(plaintext.Length);
        bcl.Encrypt(nonce, plaintext, ciphertext.AsSpan(0, plaintext.Length), tag, ad);
        Assert.Equal(expected, ciphertext);
    }

    [Fact]
    public void XChaCha20Poly1305_seals_as_its_draft()
    {
        // draft-irtf-cfrg-xchacha-03 appendix A.3.1.
        var (key, ad, plaintext) = AeadInput();
        var nonce = Hex("404142434445464748494a4b4c4d4e4f5051525354555657");
        var expected = Hex(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
                + "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                + "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                + "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780a"
                + "cf49"
        );
        CheckAead(AeadAlgorithm.XChaCha20Poly1305, key, nonce, ad, plaintext, expected);
    }

    [Theory]
    // RFC 5869 appendix A.1 to A.3: bytes in a row from ikm, salt and info, or 0b repeated.
    [InlineData(
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf" + "34007208d5b887185865"
    )]
    [InlineData(
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
            + "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
            + "404142434445464748494a4b4c4d4e4f",
        "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
            + "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
            + "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
            + "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
            + "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
            + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
            + "cc30c58179ec3e87c14c01d5c1f3434f1d87"
    )]
    [InlineData(
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "",
        "",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d" + "9d201395faa4b61a96c8"
    )]
    public void HKDF_derives_as_RFC_5869(string ikm, string salt, string info, string okm)
    {
        var output = new byte[okm.Length / 2];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Hex(ikm), output, Hex(salt), Hex(info));
        Assert.Equal(Hex(okm), output);
    }

    private static (byte[] Key, byte[] Ad, byte[] Plaintext) AeadInput() =>
        (
            [.. Enumerable.Range(0x80, 32).Select(i => (byte)i)],
            Hex("50515253c0c1c2c3c4c5c6c7"),
            Encoding.ASCII.GetBytes(Sunscreen)
        );

    private static void CheckAead(
        AeadAlgorithm aead,
        byte[] rawKey,
        byte[] nonce,
        byte[] ad,
        byte[] plaintext,
        byte[] expected
    )
    {
        using var key = Key.Import(aead, rawKey);
        var ciphertext = new byte[expected.Length];
        var opened = new byte[plaintext.Length];
        aead.Encrypt(key, nonce, ad, plaintext, ciphertext);
        Assert.Equal(expected, ciphertext);
        Assert.True(aead.Decrypt(key, nonce, ad, ciphertext, opened));
        Assert.Equal(plaintext, opened);
        for (var i = 0; i < ciphertext.Length; i++)
        {
            ciphertext[i] ^= 0x80;
            Assert.False(aead.Decrypt(key, nonce, ad, ciphertext, opened));
            Assert.Equal(new byte[opened.Length], opened);
            ciphertext[i] ^= 0x80;
        }

        Assert.False(aead.Decrypt(key, nonce, [], ciphertext, opened));
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);
}
