using FriendNet.Crypto.Merkle;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Protocol.Wire;

/// <summary>Both sides make the same proof, and any change of who or what makes another.</summary>
public sealed class PossessionProofTests
{
    private static readonly PseudonymId P = new(
        new Hash256(Enumerable.Repeat((byte)7, 32).ToArray())
    );
    private static readonly FriendId Teller = new(1);
    private static readonly FriendId Receiver = new(2);
    private static readonly Key Path = Key.Create(Algorithm, new SeededEntropy(1));
    private static readonly Key Agreement = Key.Create(Algorithm, new SeededEntropy(2));
    private static readonly Key Other = Key.Create(Algorithm, new SeededEntropy(3));

    private static KeyAgreementAlgorithm Algorithm => KeyAgreementAlgorithm.X25519;

    [Fact]
    public void BothSidesMakeTheSame() =>
        Assert.Equal(Make(Path, Agreement), Make(Agreement, Path));

    [Fact]
    public void AnotherKeyOrNameMakesAnother()
    {
        var zero = new PseudonymId(new Hash256(new byte[32]));
        byte[][] all =
        [
            Make(Path, Agreement),
            Make(Other, Agreement),
            Make(Path, Other),
            Make(Path, Agreement, pseudonym: zero),
            Make(Path, Agreement, teller: new FriendId(3)),
            Make(Path, Agreement, receiver: new FriendId(3)),
            Make(Path, Agreement, teller: Receiver, receiver: Teller),
        ];
        Assert.Equal(all.Length, all.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void AKeyOfSmallOrderProvesNothing()
    {
        var small = PublicKey.Import(Algorithm, new byte[32]);
        var proof = new byte[PossessionProof.Bytes];
        Assert.False(PossessionProof.TryMake(Agreement, small, P, Teller, Receiver, proof));
    }

    // Made by hand: HMAC-SHA-256 with the key, message and length that the docstring names.
    [Fact]
    public void ItIsWhatItsWordsSay()
    {
        Span<byte> secret = stackalloc byte[32];
        Assert.True(Algorithm.TryAgree(Path, Agreement.PublicKey, secret));
        byte[] message =
        [
            .. "FriendNet own pseudonym 1"u8,
            .. Enumerable.Repeat((byte)7, 32),
            .. new byte[15],
            1,
            .. new byte[15],
            2,
        ];
        var mac = System.Security.Cryptography.HMACSHA256.HashData(secret, message);
        Assert.Equal(mac[..16], Make(Path, Agreement));
    }

    private static byte[] Make(
        Key own,
        Key other,
        PseudonymId? pseudonym = null,
        FriendId? teller = null,
        FriendId? receiver = null
    )
    {
        var proof = new byte[PossessionProof.Bytes];
        Assert.True(
            PossessionProof.TryMake(
                own,
                other.PublicKey,
                pseudonym ?? P,
                teller ?? Teller,
                receiver ?? Receiver,
                proof
            )
        );
        return proof;
    }
}
