using FriendNet.Crypto.Noise;
using Xunit;

namespace FriendNet.Tests.Crypto;

/// <summary>What holds for every pattern, whatever its tokens.</summary>
public sealed class NoiseLawTests
{
    public static TheoryData<string> Patterns => [.. NoiseParties.PatternNames()];

    public static TheoryData<string> PskPatterns =>
        [.. NoiseParties.PatternNames().Where(name => name.Contains("psk"))];

    [Fact]
    public void The_registry_holds_the_60_patterns_of_the_vectors() =>
        Assert.Equal(60, NoiseParties.PatternNames().Distinct().Count());

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Both_sides_agree(string pattern)
    {
        using var parties = new NoiseParties(pattern);
        var (initiator, responder) = (parties.Initiator, parties.Responder);
        Assert.NotNull(parties.Run());
        Assert.True(responder.IsComplete);
        Assert.False(initiator.IsMyTurn);
        Assert.Equal(initiator.HandshakeHash, responder.HandshakeHash);
        if (pattern[0] is not 'N')
        {
            Assert.Equal(parties.InitiatorStatic, responder.RemoteStatic);
        }

        var (one, other, third) = (new byte[32], new byte[32], new byte[32]);
        initiator.Export("label"u8, one);
        responder.Export("label"u8, other);
        responder.Export("other"u8, third);
        Assert.Equal(one, other);
        Assert.NotEqual(one, third);

        var (sendI, receiveI) = initiator.Split();
        var (sendR, receiveR) = responder.Split();
        CheckTransport(sendI, receiveR);
        CheckTransport(sendR, receiveI);
        Assert.Throws<ObjectDisposedException>(() => initiator.Split());
        Assert.Throws<ObjectDisposedException>(() => initiator.Export("label"u8, one));
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void A_flipped_bit_fails(string pattern)
    {
        int[] lengths;
        using (var untouched = new NoiseParties(pattern))
        {
            lengths = untouched.Run()!;
        }

        // Every byte of the two in use; a sample of the others, which share the loop.
        var step = pattern is "IKpsk2" or "NK" ? 1 : 13;
        for (var message = 0; message < lengths.Length; message++)
        {
            for (var at = 0; at < lengths[message]; at += step)
            {
                using var parties = new NoiseParties(pattern);
                var end = parties.Run(
                    (index, bytes) => index == message ? Flipped(bytes, at) : bytes
                );
                Assert.True(end is null, $"{pattern}, message {message}, byte {at}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(PskPatterns))]
    public void A_wrong_psk_fails(string pattern)
    {
        using var parties = new NoiseParties(pattern, responderPsk: new byte[32]);
        Assert.Null(parties.Run());
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void A_wrong_prologue_fails(string pattern)
    {
        using var parties = new NoiseParties(pattern, responderPrologue: [1, 2]);
        Assert.Null(parties.Run());
    }

    [Theory]
    [InlineData("IKpsk2")]
    [InlineData("NK")]
    public void Every_prefix_and_an_oversized_message_fail(string pattern)
    {
        int[] lengths;
        using (var untouched = new NoiseParties(pattern))
        {
            lengths = untouched.Run()!;
        }

        for (var cut = 0; cut < lengths[0]; cut++)
        {
            using var parties = new NoiseParties(pattern);
            Assert.Null(parties.Run((_, bytes) => bytes[..cut]));
            Assert.False(parties.Responder.IsComplete);
        }

        using var large = new NoiseParties(pattern);
        Assert.Null(large.Run((_, bytes) => [.. bytes, .. new byte[300]]));
    }

    [Theory]
    [InlineData("IKpsk2")]
    [InlineData("NK")]
    [InlineData("NN")]
    public void An_ephemeral_of_small_order_fails_without_a_throw(string pattern)
    {
        using var parties = new NoiseParties(pattern);
        Assert.Null(parties.Run((_, bytes) => [.. new byte[32], .. bytes[32..]]));
        Assert.False(parties.Responder.IsComplete);
        Assert.False(parties.Responder.IsMyTurn);
    }

    [Fact]
    public void Misuse_by_the_caller_throws()
    {
        using var parties = new NoiseParties("IKpsk2");
        var buffer = new byte[256];
        Assert.Throws<InvalidOperationException>(() => parties.Responder.WriteMessage([], buffer));
        Assert.Throws<InvalidOperationException>(() =>
            parties.Initiator.TryReadMessage(buffer, buffer, out _)
        );
        Assert.Throws<InvalidOperationException>(() => parties.Initiator.Split());
        Assert.Throws<InvalidOperationException>(() => parties.Initiator.Export("label"u8, buffer));
        Assert.Throws<ArgumentException>(() => parties.Initiator.WriteMessage([], new byte[8]));
        Assert.Throws<ArgumentException>(() => HandshakePattern.Parse("IKpsk3"));
        Assert.Throws<ArgumentException>(() => HandshakePattern.Parse("QQ"));
        Assert.Throws<ArgumentNullException>(() => StartWithoutKeys("NK", []));
        Assert.Throws<ArgumentException>(() => StartWithoutKeys("NNpsk0", []));
        Assert.Throws<ArgumentException>(() => StartWithoutKeys("NN", new byte[32]));
    }

    private static byte[] Flipped(byte[] bytes, int at)
    {
        bytes[at] ^= 0x80;
        return bytes;
    }

    private static HandshakeState StartWithoutKeys(string pattern, byte[] psk) =>
        new HandshakeState(
            HandshakePattern.Parse(pattern),
            initiator: true,
            prologue: [],
            s: null,
            e: null,
            rs: null,
            re: null,
            psk
        );

    private static void CheckTransport(CipherState send, CipherState receive)
    {
        using (send)
        using (receive)
        {
            byte[] text = [1, 2, 3, 4];
            var (box, opened) = (new byte[20], new byte[4]);
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(20, send.EncryptWithAd([9], text, box));
                Assert.False(receive.TryDecryptWithAd([8], box, opened, out _));
                Assert.True(receive.TryDecryptWithAd([9], box, opened, out var bytes));
                Assert.Equal(4, bytes);
                Assert.Equal(text, opened);
            }
        }
    }
}
