using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Link;
using Xunit;

namespace FriendNet.Tests.Protocol.Link;

/// <summary>First messages that no friend sends: they are junk, and cost little.</summary>
public sealed class JunkHelloTests : IDisposable
{
    private readonly Pair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void TheSecretWithoutTheFriendsKeyIsNotEnough()
    {
        using var thief = IdentityKeys.Create(_pair.Entropy);
        using var dialer = Start(thief.Agreement, _pair.BobCard.AgreementKey, _pair.Secret, null);
        using var answerer = _pair.Answerer();
        Assert.Equal(HandshakeStatus.Junk, answerer.Handle(dialer.Hello.Span));
    }

    [Fact]
    public void AnInvitationWithoutACardIsJunk()
    {
        var s = _pair.Alice.Agreement;
        using var dialer = Start(s, _pair.BobCard.AgreementKey, _pair.Invitation, null);
        using var answerer = _pair.Answerer();
        Assert.Equal(HandshakeStatus.Junk, answerer.Handle(dialer.Hello.Span));
    }

    [Fact]
    public void AFriendWithACardIsJunk()
    {
        var s = _pair.Alice.Agreement;
        var rs = _pair.BobCard.AgreementKey;
        using var dialer = Start(s, rs, _pair.Secret, _pair.AliceCard);
        using var answerer = _pair.Answerer();
        Assert.Equal(HandshakeStatus.Junk, answerer.Handle(dialer.Hello.Span));
    }

    [Fact]
    public void ANewcomersCardMustBeOfTheKeyItProves()
    {
        using var other = IdentityKeys.Create(_pair.Entropy);
        var card = Card.Create(other, "Alice", 1);
        AssertForged(HandshakeStatus.Junk, [.. new byte[9], .. card.Bytes]);
        AssertForged(HandshakeStatus.Proposed, [.. new byte[9], .. _pair.AliceCard.Bytes]);
    }

    [Fact]
    public void ANewcomersCardMustBeGood()
    {
        byte[] payload = [.. new byte[9], .. _pair.AliceCard.Bytes];
        payload[^1] ^= 1;
        AssertForged(HandshakeStatus.Junk, payload);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    public void AFriendWithoutATimestampAndAnOfferIsJunk(int bytes) =>
        Assert.Equal(
            HandshakeStatus.Junk,
            Judge(ForgedHello.Write(_pair, _pair.Secret, new byte[bytes]))
        );

    [Theory]
    [InlineData(0, HandshakeStatus.Junk)]
    [InlineData(104, HandshakeStatus.Junk)]
    [InlineData(105, HandshakeStatus.Proposed)]
    [InlineData(106, HandshakeStatus.Junk)]
    [InlineData(549, HandshakeStatus.Junk)]
    [InlineData(65_535, HandshakeStatus.Junk)]
    public void ABoxMustSayHowLongItsMessageIs(int claimed, HandshakeStatus status) =>
        Assert.Equal(
            status,
            Judge(ForgedHello.Write(_pair, _pair.Secret, new byte[9], (ushort)claimed))
        );

    [Fact]
    public void AHelloWithMoreBehindItIsJunk()
    {
        using var dialer = _pair.Dial();
        using var answerer = _pair.Answerer();
        byte[] bytes = [.. dialer.Hello.Span, 0];
        Assert.Equal(HandshakeStatus.Junk, answerer.Handle(bytes));
    }

    [Fact]
    public void RandomBytesAreJunkAndCostNoKeyAgreement()
    {
        var random = new Random(5);
        var bytes = new byte[Limits.HandshakeBytesMax];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            using var answerer = _pair.Answerer();
            var length = random.Next(bytes.Length);
            var status = answerer.Handle(bytes.AsSpan(0, length));
            var expected = length < 34 ? HandshakeStatus.NeedMore : HandshakeStatus.Junk;
            Assert.Equal(expected, status);
            Assert.Equal(HandshakeStage.Tag, answerer.Stage);
        }
    }

    [Fact]
    public void AStrangersBytesTakeLittleMemory()
    {
        var bytes = new byte[34];
        using var warm = _pair.Answerer();
        warm.Handle(bytes);
        using var answerer = _pair.Answerer();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            answerer.Handle(bytes);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256);
    }

    private void AssertForged(HandshakeStatus status, byte[] payload) =>
        Assert.Equal(status, Judge(ForgedHello.Write(_pair, _pair.Invitation, payload)));

    private HandshakeStatus Judge(byte[] hello)
    {
        using var answerer = _pair.Answerer();
        return answerer.Handle(hello);
    }

    private DialerHandshake Start(Key s, PublicKey rs, PairSecret secret, Card? card) =>
        DialerHandshake.TryStart(s, rs, secret, card, Pair.Start, _pair.Entropy, false)!;
}
