using System.Security.Cryptography;
using System.Text;
using FriendNet.Crypto.Identity;
using Xunit;

namespace FriendNet.Tests.Crypto;

public sealed class PairSecretTests
{
    private static readonly byte[] Raw = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void Both_sides_of_a_handshake_hold_the_same_secret()
    {
        using var parties = new NoiseParties("IKpsk2");
        Assert.NotNull(parties.Run());
        using var initiator = PairSecret.FromHandshake(parties.Initiator);
        using var responder = PairSecret.FromHandshake(parties.Responder);
        Assert.Equal(Export(initiator), Export(responder));
        // By another implementation, in Python: HKDF-SHA256(nothing, salt ck, label ‖ h).
        Assert.Equal(
            "c390dfbed1fe17f197058ab02694203a423edefbe4589e9086ce9ddb72997e5e",
            Convert.ToHexStringLower(parties.Responder.HandshakeHash)
        );
        Assert.Equal(
            "0f5d6c85269b23f856fec65e84c2c45bb9349359e33f794adcc4f24596f8128d",
            Convert.ToHexStringLower(Export(responder))
        );
    }

    [Fact]
    public void Each_key_derives_by_HKDF_with_its_own_label()
    {
        using var secret = PairSecret.Import(Raw);
        var (psk, tag, mask) = (new byte[32], new byte[32], new byte[32]);
        secret.DeriveNoisePsk(psk);
        secret.DeriveVeilTagKey(tag);
        secret.DeriveVeilMaskKey(mask);
        Assert.Equal(Hkdf(Raw, "FriendNet noise psk"), psk);
        Assert.Equal(Hkdf(Raw, "FriendNet veil tag"), tag);
        Assert.Equal(Hkdf(Raw, "FriendNet veil mask"), mask);
    }

    [Fact]
    public void The_rendezvous_tag_is_an_HMAC_of_the_hour()
    {
        using var secret = PairSecret.Import(Raw);
        var (tag, next) = (new byte[16], new byte[16]);
        secret.RendezvousTag(494_000, tag);
        secret.RendezvousTag(494_001, next);
        var key = Hkdf(Raw, "FriendNet rendezvous");
        byte[] hour = [0, 0, 0, 0, 0, 0x07, 0x89, 0xb0];
        Assert.Equal(HMACSHA256.HashData(key, hour)[..16], tag);
        Assert.NotEqual(tag, next);
    }

    [Fact]
    public void An_invitation_makes_a_secret_of_the_same_kind()
    {
        using var one = PairSecret.FromInvitation(Raw.AsSpan(0, 16));
        using var same = PairSecret.FromInvitation(Raw.AsSpan(0, 16));
        using var other = PairSecret.FromInvitation(Raw.AsSpan(1, 16));
        Assert.Equal(Hkdf(Raw[..16], "FriendNet invitation"), Export(one));
        Assert.Equal(Export(one), Export(same));
        Assert.NotEqual(Export(one), Export(other));
        Assert.Throws<ArgumentException>(() => PairSecret.FromInvitation(Raw));
    }

    [Fact]
    public void A_disposed_secret_derives_nothing()
    {
        var secret = PairSecret.Import(Raw);
        secret.Dispose();
        Assert.Throws<ObjectDisposedException>(() => secret.DeriveNoisePsk(new byte[32]));
        Assert.Throws<ArgumentException>(() => PairSecret.Import(new byte[31]));
    }

    private static byte[] Export(PairSecret secret)
    {
        var raw = new byte[PairSecret.Size];
        secret.Export(raw);
        return raw;
    }

    // RFC 5869 by hand, so that another implementation can be written from this test.
    private static byte[] Hkdf(byte[] ikm, string label)
    {
        var prk = HMACSHA256.HashData(new byte[32], ikm);
        byte[] block = [.. Encoding.ASCII.GetBytes(label), 1];
        return HMACSHA256.HashData(prk, block);
    }
}
