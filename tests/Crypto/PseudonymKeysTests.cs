using System.Security.Cryptography;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Sodium;
using Xunit;

namespace FriendNet.Tests.Crypto;

public sealed class PseudonymKeysTests
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    // RFC 5869 with .NET's own HKDF; docs/vectors/circles.txt has them by another hand.
    [Fact]
    public void BothKeysComeFromTheSeedByTheirLabels()
    {
        using var keys = PseudonymKeys.Import(Seed);
        Span<byte> raw = stackalloc byte[32];
        keys.Signing.Export(raw);
        Assert.Equal(Hkdf("FriendNet pseudonym signing"), raw);
        keys.Path.Export(raw);
        Assert.Equal(Hkdf("FriendNet pseudonym path"), raw);
        Assert.Same(SignatureAlgorithm.Ed25519, keys.Signing.Algorithm);
        Assert.Same(KeyAgreementAlgorithm.X25519, keys.Path.Algorithm);
    }

    [Fact]
    public void WhatIsExportedMakesTheSameKeys()
    {
        using var keys = PseudonymKeys.Create(new SeededEntropy(1));
        Span<byte> seed = stackalloc byte[PseudonymKeys.SeedBytes];
        keys.Export(seed);
        using var again = PseudonymKeys.Import(seed);
        Assert.Equal(keys.Signing.PublicKey, again.Signing.PublicKey);
        Assert.Equal(keys.Path.PublicKey, again.Path.PublicKey);
        using var other = PseudonymKeys.Create(new SeededEntropy(2));
        Assert.NotEqual(keys.Signing.PublicKey, other.Signing.PublicKey);
    }

    [Fact]
    public void AfterDisposeNoKeyWorks()
    {
        var keys = PseudonymKeys.Import(Seed);
        keys.Dispose();
        var signature = new byte[64];
        Assert.Throws<ObjectDisposedException>(() => keys.Export(new byte[32]));
        Assert.Throws<ObjectDisposedException>(() =>
            SignatureAlgorithm.Ed25519.Sign(keys.Signing, Seed, signature)
        );
        Assert.Throws<ArgumentException>(() => PseudonymKeys.Import(new byte[31]));
    }

    private static byte[] Hkdf(string label) =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            Seed,
            32,
            [],
            System.Text.Encoding.ASCII.GetBytes(label)
        );
}
