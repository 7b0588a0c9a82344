using System.Security.Cryptography;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Sodium;
using Xunit;

namespace FriendNet.Tests.Crypto;

public sealed class KeyFileTests
{
    // Cheap, so that the tests of every byte stay quick.
    private static readonly Argon2Parameters Cheap = new(64, 1);

    [Theory]
    [InlineData("")]
    [InlineData("correct horse")]
    public void Keys_come_back_as_they_went_in(string passphrase)
    {
        using var keys = IdentityKeys.Create(new SeededEntropy(1));
        var phrase = System.Text.Encoding.UTF8.GetBytes(passphrase);
        var file = KeyFile.Seal(keys, phrase, new SeededEntropy(2), Cheap);
        Assert.Equal(KeyFile.Bytes, file.Length);
        Assert.Equal(phrase.Length > 0, KeyFile.HasPassphrase(file));
        Assert.Equal(KeyFileStatus.Opened, KeyFile.TryOpen(file, phrase, out var opened));
        using (opened)
        {
            Assert.Equal(keys.Signing.PublicKey, opened!.Signing.PublicKey);
            Assert.Equal(keys.Agreement.PublicKey, opened.Agreement.PublicKey);
            var (box, plain) = (new byte[3 + IdentityKeys.SealOverheadBytes], new byte[3]);
            keys.SealAtRest(new SeededEntropy(3), "row 1"u8, [1, 2, 3], box);
            Assert.True(opened.OpenAtRest("row 1"u8, box, plain));
            Assert.Equal([1, 2, 3], plain);
        }
    }

    [Fact]
    public void The_default_cost_opens()
    {
        using var keys = IdentityKeys.Create(new SeededEntropy(1));
        var file = KeyFile.Seal(keys, "pass"u8, new SeededEntropy(2));
        Assert.Equal(KeyFileStatus.Opened, KeyFile.TryOpen(file, "pass"u8, out var opened));
        opened!.Dispose();
    }

    [Fact]
    public void The_wrong_passphrase_and_none_are_told_apart()
    {
        using var keys = IdentityKeys.Create(new SeededEntropy(1));
        var file = KeyFile.Seal(keys, "right"u8, new SeededEntropy(2), Cheap);
        Assert.Equal(KeyFileStatus.WrongPassphrase, KeyFile.TryOpen(file, "wrong"u8, out _));
        Assert.Equal(KeyFileStatus.PassphraseNeeded, KeyFile.TryOpen(file, [], out var none));
        Assert.Null(none);
    }

    [Theory]
    [InlineData("")]
    [InlineData("right")]
    public void Every_flipped_byte_and_every_prefix_is_rejected(string passphrase)
    {
        using var keys = IdentityKeys.Create(new SeededEntropy(1));
        var phrase = System.Text.Encoding.UTF8.GetBytes(passphrase);
        var file = KeyFile.Seal(keys, phrase, new SeededEntropy(2), Cheap);
        for (var at = 0; at < file.Length; at++)
        {
            foreach (byte mask in new byte[] { 1, 0x80 })
            {
                file[at] ^= mask;
                Assert.NotEqual(KeyFileStatus.Opened, KeyFile.TryOpen(file, phrase, out var none));
                Assert.Null(none);
                file[at] ^= mask;
            }

            Assert.Equal(KeyFileStatus.Damaged, KeyFile.TryOpen(file.AsSpan(0, at), phrase, out _));
        }

        Assert.Equal(KeyFileStatus.Damaged, KeyFile.TryOpen([.. file, 0], phrase, out _));
    }

    [Theory]
    [InlineData(8, 0xff)]
    [InlineData(12, 0xff)]
    public void A_cost_past_the_bounds_is_damage_and_is_not_paid(int at, byte value)
    {
        using var keys = IdentityKeys.Create(new SeededEntropy(1));
        var file = KeyFile.Seal(keys, "right"u8, new SeededEntropy(2), Cheap);
        file[at] = value;
        Assert.Equal(KeyFileStatus.Damaged, KeyFile.TryOpen(file, "right"u8, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            KeyFile.Seal(keys, "right"u8, new SeededEntropy(2), new(1 << 20, 1))
        );
    }

    [Fact]
    public void No_secret_stands_in_the_file_in_clear()
    {
        using var keys = IdentityKeys.Create(new SeededEntropy(1));
        var file = KeyFile.Seal(keys, "right"u8, new SeededEntropy(2), Cheap);
        var secret = new byte[32];
        keys.Signing.Export(secret);
        Assert.True(file.AsSpan().IndexOf(secret.AsSpan(0, 8)) < 0);
        keys.Agreement.Export(secret);
        Assert.True(file.AsSpan().IndexOf(secret.AsSpan(0, 8)) < 0);
    }

    [Fact]
    public void What_is_sealed_at_rest_opens_in_its_place_only()
    {
        using var keys = IdentityKeys.Create(new SeededEntropy(1));
        using var others = IdentityKeys.Create(new SeededEntropy(9));
        var entropy = new SeededEntropy(2);
        var secret = RandomNumberGenerator.GetBytes(32);
        var box = new byte[secret.Length + IdentityKeys.SealOverheadBytes];
        var again = new byte[box.Length];
        var plain = new byte[secret.Length];
        keys.SealAtRest(entropy, "friend 1"u8, secret, box);
        keys.SealAtRest(entropy, "friend 1"u8, secret, again);
        Assert.NotEqual(box, again);
        Assert.False(keys.OpenAtRest("friend 2"u8, box, plain));
        Assert.False(others.OpenAtRest("friend 1"u8, box, plain));
        Assert.False(keys.OpenAtRest("friend 1"u8, box.AsSpan(1), plain));
        Assert.False(keys.OpenAtRest("friend 1"u8, [], plain));
        for (var at = 0; at < box.Length; at++)
        {
            box[at] ^= 4;
            Assert.False(keys.OpenAtRest("friend 1"u8, box, plain));
            box[at] ^= 4;
        }

        Assert.True(keys.OpenAtRest("friend 1"u8, box, plain));
        Assert.Equal(secret, plain);
    }
}
