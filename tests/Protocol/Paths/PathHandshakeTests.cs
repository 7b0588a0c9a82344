using FriendNet.Crypto.Merkle;
using FriendNet.Crypto.Noise;
using FriendNet.Crypto.Sodium;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Paths;
using FriendNet.Tests.Crypto;
using Xunit;

namespace FriendNet.Tests.Protocol.Paths;

public sealed class PathHandshakeTests : IDisposable
{
    private readonly SeededEntropy _entropy = new(1);
    private readonly Key _key;
    private readonly PseudonymId _target = new(new Hash256(Bytes(7)));

    public PathHandshakeTests() => _key = Key.Create(KeyAgreementAlgorithm.X25519, _entropy);

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(false, false, CipherFunction.ChaChaPoly)]
    [InlineData(true, false, CipherFunction.ChaChaPoly)]
    [InlineData(false, true, CipherFunction.ChaChaPoly)]
    [InlineData(true, true, CipherFunction.AesGcm)]
    public void BothSidesGetTheSameKeysAndCipher(
        bool dialerQuick,
        bool answererQuick,
        CipherFunction expected
    )
    {
        using var dialer = Start(dialerQuick);
        var answer = new byte[PathDialer.HelloBytes];
        using var theirs = Answer(_target, _key, dialer.Hello.Span, answer, answererQuick);
        using var ours = dialer.TryFinish(answer);
        Assert.NotNull(ours);
        Assert.NotNull(theirs);
        Assert.Equal(expected, ours.Cipher);
        Assert.Equal(expected, theirs.Cipher);
        AssertOpens(ours.Send, theirs.Receive);
        AssertOpens(theirs.Send, ours.Receive);
        Assert.Null(dialer.TryFinish(answer));
    }

    [Fact]
    public void APoserFails()
    {
        using var dialer = Start();
        using var other = Key.Create(KeyAgreementAlgorithm.X25519, _entropy);
        var answer = new byte[PathDialer.HelloBytes];
        Assert.Null(Answer(_target, other, dialer.Hello.Span, answer));
    }

    [Fact]
    public void AnotherPseudonymFails()
    {
        using var dialer = Start();
        var answer = new byte[PathDialer.HelloBytes];
        Assert.Null(
            Answer(new PseudonymId(new Hash256(Bytes(8))), _key, dialer.Hello.Span, answer)
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(40)]
    public void AChangedByteOnTheWayFails(int at)
    {
        using var dialer = Start();
        var hello = dialer.Hello.ToArray();
        hello[at] ^= 1;
        var answer = new byte[PathDialer.HelloBytes];
        Assert.Null(Answer(_target, _key, hello, answer));
        using var keys = Answer(_target, _key, dialer.Hello.Span, answer);
        answer[at] ^= 1;
        Assert.Null(dialer.TryFinish(answer));
    }

    [Fact]
    public void AnUnfitKeyIsRefusedAtOnce() =>
        Assert.Null(PathDialer.TryStart(_target, new byte[32], _entropy, false));

    [Fact]
    public void AnUnfitHelloIsRefused() =>
        Assert.Null(
            Answer(_target, _key, new byte[PathDialer.HelloBytes], new byte[PathDialer.HelloBytes])
        );

    private static byte[] Bytes(byte value) => [.. Enumerable.Repeat(value, Hash256.Size)];

    private static void AssertOpens(CipherState send, CipherState receive)
    {
        var sealedBytes = new byte[3 + CipherState.TagSize];
        send.EncryptWithAd([], [1, 2, 3], sealedBytes);
        var opened = new byte[3];
        Assert.True(receive.TryDecryptWithAd([], sealedBytes, opened, out _));
        Assert.Equal([1, 2, 3], opened);
    }

    private PathDialer Start(bool quickAtAes = true) =>
        PathDialer.TryStart(_target, _key.PublicKey.Bytes, _entropy, quickAtAes)!;

    private LinkKeys? Answer(
        PseudonymId own,
        Key key,
        ReadOnlySpan<byte> hello,
        Span<byte> answer,
        bool quickAtAes = true
    ) => PathAnswerer.TryAnswer(own, key, hello, _entropy, quickAtAes, answer);
}
