using System.Text;
using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Sodium;
using Xunit;

namespace FriendNet.Tests.Crypto;

public sealed class CardTests
{
    private static IdentityKeys Keys(int seed = 1) => IdentityKeys.Create(new SeededEntropy(seed));

    private static byte[] Signed(IdentityKeys keys, byte[] body)
    {
        var signature = new byte[64];
        byte[] data = [.. "FriendNet card 1"u8, .. body];
        SignatureAlgorithm.Ed25519.Sign(keys.Signing, data, signature);
        return [.. body, .. signature];
    }

    [Theory]
    [InlineData("a")]
    [InlineData("Alice Example")]
    [InlineData("Zoë 🦊 of the 森")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void A_card_is_read_as_it_was_made(string name)
    {
        using var keys = Keys();
        var made = Card.Create(keys, name, sequence: 7);
        var read = Card.TryParse(made.Bytes);
        Assert.NotNull(read);
        Assert.Equal(name, read.Name);
        Assert.Equal(7UL, read.Sequence);
        Assert.Equal(keys.Signing.PublicKey, read.SigningKey);
        Assert.Equal(keys.Agreement.PublicKey, read.AgreementKey);
        Assert.Equal(made.Bytes, read.Bytes);
    }

    [Fact]
    public void The_layout_is_the_documented_one()
    {
        using var keys = Keys();
        var bytes = Card.Create(keys, "Al", sequence: 0x0102).Bytes;
        byte[] expected =
        [
            .. "FNC\u0001"u8,
            .. new byte[6],
            1,
            2,
            .. keys.Signing.PublicKey.Bytes,
            .. keys.Agreement.PublicKey.Bytes,
            2,
            .. "Al"u8,
        ];
        Assert.Equal(expected, bytes[..^64].ToArray());
        // By another implementation (python3-cryptography), for the seed's keys.
        Assert.Equal(
            "abf05f89e204dd7a18dd4c789c38ffdfaab034e75b3dfdd87c953661879191fd"
                + "fa9d8f06136d9bf80a1e89c6ecb5f0cda7ba4078950e2d6c92f6a4fa4b613100",
            Convert.ToHexStringLower(bytes[^64..])
        );
    }

    [Fact]
    public void Every_flipped_bit_and_every_prefix_is_rejected()
    {
        using var keys = Keys();
        var bytes = Card.Create(keys, "Alice", sequence: 7).Bytes.ToArray();
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(Card.TryParse(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(Card.TryParse(bytes.AsSpan(0, length)));
        }

        Assert.Null(Card.TryParse([.. bytes, 0]));
        Assert.NotNull(Card.TryParse(bytes));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(1024 - 77 - 5 - 64, true)]
    [InlineData(1024 - 77 - 5 - 64 + 1, false)]
    public void Signed_bytes_of_later_versions_are_kept_within_the_bound(int extra, bool fits)
    {
        using var keys = Keys();
        var known = Card.Create(keys, "Alice", sequence: 7).Bytes[..^64];
        byte[] body = [.. known, .. new byte[extra]];
        var bytes = Signed(keys, body);
        var card = Card.TryParse(bytes);
        Assert.Equal(fits, card is not null);
        if (card is not null)
        {
            Assert.Equal(bytes, card.Bytes);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" Alice")]
    [InlineData("Alice ")]
    [InlineData("Al\nice")]
    [InlineData("Al\u0000ice")]
    [InlineData("Al\u001b[31mice")]
    [InlineData("Al\u007fice")]
    [InlineData("Al\u0085ice")]
    [InlineData("Al\u2028ice")]
    [InlineData("Al\u202eice")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123" + "4")]
    public void A_name_unfit_to_be_shown_is_refused(string name)
    {
        using var keys = Keys();
        Assert.False(CardName.IsValid(Encoding.UTF8.GetBytes(name)));
        Assert.Throws<ArgumentException>(() => Card.Create(keys, name, sequence: 1));
    }

    [Theory]
    [InlineData(0x07)]
    [InlineData(0xff)]
    public void A_card_with_a_good_signature_and_a_bad_name_is_rejected(byte letter)
    {
        using var keys = Keys();
        var body = Card.Create(keys, "Alice", sequence: 7).Bytes[..^64].ToArray();
        Assert.NotNull(Card.TryParse(Signed(keys, body)));
        body[^2] = letter;
        Assert.Null(Card.TryParse(Signed(keys, body)));
    }

    [Fact]
    public void A_name_of_broken_UTF8_is_refused()
    {
        Assert.False(CardName.IsValid([0xc3]));
        Assert.False(CardName.IsValid([0x41, 0xff, 0x41]));
        Assert.False(CardName.IsValid([0xed, 0xa0, 0x80]));
    }

    [Fact]
    public void The_safety_number_is_the_same_from_both_sides_and_for_these_keys_only()
    {
        using var aliceKeys = Keys(1);
        using var bobKeys = Keys(2);
        using var malloryKeys = Keys(3);
        var alice = Card.Create(aliceKeys, "Alice", sequence: 1);
        var bob = Card.Create(bobKeys, "Bob", sequence: 1);
        var number = SafetyNumber.Of(alice, bob);
        Assert.Equal(SafetyNumber.Digits, number.Length);
        Assert.All(number, digit => Assert.InRange(digit, '0', '9'));
        Assert.Equal(number, SafetyNumber.Of(bob, alice));
        Assert.Equal(number, SafetyNumber.Of(Card.Create(aliceKeys, "Al", sequence: 2), bob));
        var mallory = Card.Create(malloryKeys, "Bob", sequence: 1);
        Assert.NotEqual(number, SafetyNumber.Of(alice, mallory));
        // By another implementation, in Python; a friend may have noted it down.
        Assert.Equal("570214785128322232082689511175922900643220693026904245801338", number);
    }
}
