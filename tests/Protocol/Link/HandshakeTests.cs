using FriendNet.Crypto.Identity;
using FriendNet.Crypto.Noise;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Link;
using Xunit;

namespace FriendNet.Tests.Protocol.Link;

public sealed class HandshakeTests : IDisposable
{
    private readonly Pair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(2000)]
    public void FriendsConnectHoweverTheBytesAreCut(int cut)
    {
        using var dialer = _pair.Dial();
        using var answerer = _pair.Answerer();

        var status = HandshakeStatus.NeedMore;
        foreach (var piece in dialer.Hello.ToArray().Chunk(cut))
        {
            Assert.Equal(HandshakeStatus.NeedMore, status);
            status = answerer.Handle(piece);
        }

        Assert.Equal(HandshakeStatus.Proposed, status);
        Assert.Equal(new LinkProposal(Pair.AliceId, Pair.Start, null), answerer.Proposal);
        using var theirs = answerer.Accept(null, out var answer);
        byte[] record = [1, 2, 3];
        var rest = answer.Concat(record).ToArray();
        var used = 0;
        while (status != HandshakeStatus.Complete)
        {
            status = dialer.Handle(rest.AsSpan(0, Math.Min(cut, rest.Length)), out used);
            Assert.NotEqual(HandshakeStatus.Junk, status);
            rest = rest[used..];
        }

        Assert.Equal(record, rest);
        using var ours = dialer.TakeOutcome();
        AssertSameKeys(ours, theirs);
        Assert.True(ours.Card is null && ours.Secret is null);
        Assert.True(theirs.Card is null && theirs.Secret is null);
    }

    [Fact]
    public void AnInvitationBringsCardsAndANewSecret()
    {
        var (ours, theirs) = _pair.Connect(redeem: true);
        using (ours)
        using (theirs)
        {
            AssertSameKeys(ours, theirs);
            Assert.Equal(_pair.BobCard.Bytes, ours.Card!.Bytes);
            Assert.Equal(_pair.AliceCard.Bytes, theirs.Card!.Bytes);
            Assert.Equal(Bytes(ours.Secret!), Bytes(theirs.Secret!));
            Assert.NotEqual(Bytes(_pair.Invitation), Bytes(ours.Secret!));
        }
    }

    [Theory]
    [InlineData(false, false, false, CipherFunction.ChaChaPoly)]
    [InlineData(true, false, false, CipherFunction.ChaChaPoly)]
    [InlineData(false, true, false, CipherFunction.ChaChaPoly)]
    [InlineData(true, true, false, CipherFunction.AesGcm)]
    [InlineData(true, false, true, CipherFunction.ChaChaPoly)]
    [InlineData(false, true, true, CipherFunction.ChaChaPoly)]
    [InlineData(true, true, true, CipherFunction.AesGcm)]
    public void AesIsTakenWhereBothOfferItOnly(
        bool dialerQuick,
        bool answererQuick,
        bool redeem,
        CipherFunction expected
    )
    {
        var (ours, theirs) = _pair.Connect(redeem, dialerQuick, answererQuick);
        using (ours)
        using (theirs)
        {
            Assert.Equal(expected, ours.Keys.Cipher);
            Assert.Equal(expected, theirs.Keys.Cipher);
            Assert.Equal(expected, theirs.Keys.Receive.Function);
            AssertSameKeys(ours, theirs);
        }
    }

    [Theory]
    [InlineData(0, CipherFunction.ChaChaPoly)]
    [InlineData(1, CipherFunction.AesGcm)]
    [InlineData(254, CipherFunction.ChaChaPoly)]
    [InlineData(255, CipherFunction.AesGcm)]
    public void OtherBitsOfAnOfferAreIgnored(byte offer, CipherFunction expected)
    {
        using var answerer = _pair.Answerer(quickAtAes: true);
        byte[] payload = [.. new byte[8], offer];
        answerer.Handle(ForgedHello.Write(_pair, _pair.Secret, payload));
        using var outcome = answerer.Accept(null, out _);
        Assert.Equal(expected, outcome.Keys.Cipher);
    }

    [Fact]
    public void NothingShortOfAWholeHelloIsProposed()
    {
        using var dialer = _pair.Dial();
        for (var length = 0; length < dialer.Hello.Length; length++)
        {
            using var answerer = _pair.Answerer();
            Assert.Equal(HandshakeStatus.NeedMore, answerer.Handle(dialer.Hello.Span[..length]));
            Assert.True(answerer.Stage <= HandshakeStage.Box);
        }
    }

    [Fact]
    public void AnyFlippedBitOfAHelloIsJunkBeforeAnyKeyAgreement()
    {
        using var dialer = _pair.Dial();
        var hello = dialer.Hello.ToArray();
        for (var bit = 0; bit < hello.Length * 8; bit += 3)
        {
            using var answerer = _pair.Answerer();
            hello[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(HandshakeStatus.Junk, answerer.Handle(hello));
            Assert.True(answerer.Stage < HandshakeStage.Noise);
            Assert.Equal(HandshakeStatus.Junk, answerer.Handle([]));
            hello[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void AnyFlippedBitOfAnAnswerEndsTheDial()
    {
        for (var bit = 0; bit < Limits.HandshakeBytesMin * 8; bit += 37)
        {
            using var dialer = _pair.Dial();
            using var answerer = _pair.Answerer();
            answerer.Handle(dialer.Hello.Span);
            using var outcome = answerer.Accept(null, out var answer);
            answer[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(HandshakeStatus.Complete, dialer.Handle(answer, out _));
            Assert.Throws<InvalidOperationException>(dialer.TakeOutcome);
        }
    }

    [Fact]
    public void AReplayedHelloCostsNoKeyAgreement()
    {
        using var dialer = _pair.Dial();
        using var first = _pair.Answerer();
        using var second = _pair.Answerer();
        Assert.Equal(HandshakeStatus.Proposed, first.Handle(dialer.Hello.Span));
        Assert.Equal(HandshakeStatus.Junk, second.Handle(dialer.Hello.Span));
        Assert.Equal(HandshakeStage.Box, second.Stage);
    }

    [Fact]
    public void AfterARestartAReplayShowsTheOldTimestamp()
    {
        using var dialer = _pair.Dial();
        using var first = _pair.Answerer();
        first.Handle(dialer.Hello.Span);
        using var table = new VeilTable();
        table.Set(Pair.AliceId, _pair.AliceCard.AgreementKey, _pair.Secret);
        using var second = new AnswererHandshake(_pair.Bob.Agreement, table, _pair.Entropy, false);
        Assert.Equal(HandshakeStatus.Proposed, second.Handle(dialer.Hello.Span));
        Assert.Equal(first.Proposal!.Timestamp, second.Proposal!.Timestamp);
    }

    [Fact]
    public void ARemovedFriendIsAStranger()
    {
        using var dialer = _pair.Dial();
        Assert.True(_pair.Table.Remove(Pair.AliceId));
        Assert.False(_pair.Table.Remove(Pair.AliceId));
        using var answerer = _pair.Answerer();
        Assert.Equal(HandshakeStatus.Junk, answerer.Handle(dialer.Hello.Span));
        Assert.Equal(HandshakeStage.Tag, answerer.Stage);
    }

    [Fact]
    public void AnInvitersCardOfAnotherKeyEndsTheDial()
    {
        using var dialer = _pair.Dial(redeem: true);
        using var answerer = _pair.Answerer();
        answerer.Handle(dialer.Hello.Span);
        using var outcome = answerer.Accept(_pair.AliceCard, out var answer);
        Assert.Equal(HandshakeStatus.Junk, dialer.Handle(answer, out _));
    }

    [Fact]
    public void AnUnfitKeyCannotBeDialed()
    {
        var rs = PublicKey.Import(KeyAgreementAlgorithm.X25519, new byte[32]);
        Assert.Null(
            DialerHandshake.TryStart(
                _pair.Alice.Agreement,
                rs,
                _pair.Secret,
                null,
                Pair.Start,
                _pair.Entropy,
                quickAtAes: false
            )
        );
    }

    [Fact]
    public void AcceptingTwiceOrUnproposedIsABug()
    {
        using var dialer = _pair.Dial();
        using var answerer = _pair.Answerer();
        Assert.Throws<InvalidOperationException>(() => answerer.Accept(null, out _));
        answerer.Handle(dialer.Hello.Span);
        using var outcome = answerer.Accept(null, out _);
        Assert.Throws<InvalidOperationException>(() => answerer.Accept(null, out _));
    }

    private static void AssertSameKeys(HandshakeOutcome one, HandshakeOutcome other)
    {
        var box = new byte[20];
        var plain = new byte[4];
        one.Keys.Send.EncryptWithAd([], [1, 2, 3, 4], box);
        Assert.True(other.Keys.Receive.TryDecryptWithAd([], box, plain, out _));
        other.Keys.Send.EncryptWithAd([], [5, 6, 7, 8], box);
        Assert.True(one.Keys.Receive.TryDecryptWithAd([], box, plain, out _));
        Assert.Equal([5, 6, 7, 8], plain);
    }

    private static byte[] Bytes(PairSecret secret)
    {
        var bytes = new byte[PairSecret.Size];
        secret.Export(bytes);
        return bytes;
    }
}
