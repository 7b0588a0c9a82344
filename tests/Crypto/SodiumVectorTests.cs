using System.Numerics;
using FriendNet.Crypto.Sodium;
using Xunit;

namespace FriendNet.Tests.Crypto;

/// <summary>Keys and passphrases against the vectors of their specifications.</summary>
public sealed class SodiumVectorTests
{
    private static KeyAgreementAlgorithm X25519 => KeyAgreementAlgorithm.X25519;

    private static SignatureAlgorithm Ed25519 => SignatureAlgorithm.Ed25519;

    [Fact]
    public void Libsodium_is_here() => Assert.Null(Libsodium.Unavailable);

    [Theory]
    // RFC 7748 section 5.2.
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
    )]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"
    )]
    // Section 6.1, from both sides.
    [InlineData(
        "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
    )]
    [InlineData(
        "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
    )]
    public void X25519_agrees_as_RFC_7748(string scalar, string u, string expected)
    {
        using var key = Key.Import(X25519, Hex(scalar));
        var secret = new byte[32];
        Assert.True(X25519.TryAgree(key, PublicKey.Import(X25519, Hex(u)), secret));
        Assert.Equal(Hex(expected), secret);
    }

    [Theory]
    [InlineData(1, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")]
    [InlineData(1000, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")]
    public void X25519_iterates_as_RFC_7748(int iterations, string expected)
    {
        var k = new byte[32];
        k[0] = 9;
        var u = k.ToArray();
        for (var i = 0; i < iterations; i++)
        {
            using var key = Key.Import(X25519, k);
            var result = new byte[32];
            Assert.True(X25519.TryAgree(key, PublicKey.Import(X25519, u), result));
            (k, u) = (result, k);
        }

        Assert.Equal(Hex(expected), k);
    }

    [Theory]
    [InlineData(
        "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
    )]
    [InlineData(
        "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
    )]
    public void X25519_makes_the_public_keys_of_RFC_7748(string secret, string expected)
    {
        using var key = Key.Import(X25519, Hex(secret));
        Assert.Equal(expected, key.PublicKey.ToString());
    }

    [Theory]
    // The points of small order, also in their forms above p (RFC 7748 section 6.1, 7).
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void X25519_refuses_points_of_small_order(string point)
    {
        using var key = Key.Create(X25519, new SeededEntropy(1));
        var secret = new byte[32];
        secret.AsSpan().Fill(0xff);
        Assert.False(X25519.TryAgree(key, PublicKey.Import(X25519, Hex(point)), secret));
        Assert.Equal(new byte[32], secret);
    }

    [Theory]
    // RFC 8032 section 7.1: tests 1, 2, 3 and SHA(abc).
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    )]
    [InlineData(
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
            + "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
    )]
    public void Ed25519_signs_as_RFC_8032(string seed, string pub, string message, string expected)
    {
        using var key = Key.Import(Ed25519, Hex(seed));
        var (data, signature) = (Hex(message), new byte[64]);
        Assert.Equal(pub, key.PublicKey.ToString());
        Ed25519.Sign(key, data, signature);
        Assert.Equal(Hex(expected), signature);
        Assert.True(Ed25519.Verify(key.PublicKey, data, signature));
        for (var i = 0; i < signature.Length; i++)
        {
            signature[i] ^= 1;
            Assert.False(Ed25519.Verify(key.PublicKey, data, signature));
            signature[i] ^= 1;
        }

        Assert.False(Ed25519.Verify(key.PublicKey, [.. data, 0], signature));
        Assert.False(Ed25519.Verify(key.PublicKey, data, signature.AsSpan(0, 63)));
        Assert.False(Ed25519.Verify(PublicKey.Import(Ed25519, new byte[32]), data, signature));

        // Section 5.1.7: S + L is the same number, and would make a second signature of one.
        var order =
            BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
        var scalar = new BigInteger(signature.AsSpan(32), isUnsigned: true) + order;
        Assert.True(scalar.TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true));
        Assert.False(Ed25519.Verify(key.PublicKey, data, signature));
    }

    [Theory]
    // RFC 9106's own vectors have 4 lanes, a secret and associated data, none of which libsodium
    // offers. These have one lane: by the reference implementation (Debian argon2 20171227),
    // printf PASSWORD | argon2 SALT -id -t PASSES -k KIB -p 1 -l 32, and by libsodium's own suite.
    [InlineData(
        "636f727265637420686f727365",
        "73616c7473616c7473616c7473616c74",
        65536,
        3,
        "332541e4192860aa42935c10c48d64793839c579a782b7c5baeff2d7c197d1f4"
    )]
    [InlineData(
        "70617373776f7264",
        "736f6d6573616c74736f6d6573616c74",
        8192,
        1,
        "84fb006bbc3cd69895722b64b5bf735251a9e8e9f3ecb93ff595b98aeb7accb7"
    )]
    [InlineData(
        "4a857e2ee8aa9b6056f2424e84d24a72473378906ee04a46cb05311502d5250b"
            + "82ad86b83c8f20a23dbb74f6da60b0b6ecffd67134d45946ac8ebfb3064294bc"
            + "097d43ced68642bfb8bbbdd0f50b30118f5e",
        "39d82eef32010b8b79cc5ba88ed539fb",
        1399,
        3,
        "08d8cd330c57e1b4643241d05bb468ba4ee4e932cd0858816be9ef15360b27bb"
            + "d06a87130ee92222be267a29b81f5ae8fe8613324cfc4832dc49387fd0602f1c"
            + "57b4d0f3855db94fb7e12eb05f9a484aed4a4307abf586cd3d55c809bc081541"
            + "e00b682772fb2066504ff935b8ebc551a2083882f874bc0fae68e56848ae34c9"
            + "1097c3bf0cca8e75c0797eef3efde3f75e005815018db3cf7c109a812264c4de"
            + "69dcb22322dbbcfa447f5b00ecd1b04a7be1569c8e556adb7bba48adf81d"
    )]
    public void Argon2id_derives_as_RFC_9106(
        string password,
        string salt,
        int memoryKiB,
        int passes,
        string expected
    )
    {
        var output = new byte[expected.Length / 2];
        PasswordBasedKeyDerivationAlgorithm
            .Argon2id(new Argon2Parameters(memoryKiB, passes))
            .DeriveBytes(Hex(password), Hex(salt), output);
        Assert.Equal(Hex(expected), output);
    }

    [Fact]
    public void A_disposed_secret_is_zeroed_and_cannot_be_read()
    {
        var memory = new SecureMemory([1, 2, 3]);
        var view = memory.Span;
        Assert.True(memory.FixedTimeEquals([1, 2, 3]));
        Assert.False(memory.FixedTimeEquals([1, 2, 4]));
        memory.Dispose();
        Assert.Equal([0, 0, 0], view.ToArray());
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
    }

    [Fact]
    public void A_key_serves_its_own_algorithm_only()
    {
        using var key = Key.Create(Ed25519, new SeededEntropy(1));
        Assert.Throws<ArgumentException>(() => X25519.TryAgree(key, key.PublicKey, new byte[32]));
        Assert.Throws<ArgumentException>(() => Key.Import(X25519, new byte[31]));
        Assert.Throws<ArgumentException>(() => PublicKey.Import(X25519, new byte[33]));
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);
}
