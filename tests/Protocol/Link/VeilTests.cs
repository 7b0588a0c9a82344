using FriendNet.Protocol.Bounds;
using Xunit;

namespace FriendNet.Tests.Protocol.Link;

public sealed class VeilTests : IDisposable
{
    private const int Hellos = 1_000;

    private readonly Pair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void NoPlaceInHelloOrAnswerIsMoreLikelyToHoldOneByteThanAnother()
    {
        var hellos = new byte[Hellos][];
        var answers = new byte[Hellos][];
        for (var i = 0; i < Hellos; i++)
        {
            using var dialer = _pair.Dial(redeem: i % 2 == 0);
            using var answerer = _pair.Answerer();
            answerer.Handle(dialer.Hello.Span);
            var card = i % 2 == 0 ? _pair.BobCard : null;
            using var outcome = answerer.Accept(card, out answers[i]);
            hellos[i] = dialer.Hello.ToArray();
        }

        AssertLooksRandom(hellos);
        AssertLooksRandom(answers);
    }

    // Mean length and a chi-squared test of every place with 255 degrees of freedom: the bound
    // is some seven standard deviations off, so that only a fault is found.
    private static void AssertLooksRandom(byte[][] messages)
    {
        var lengths = messages.Select(message => message.Length).ToArray();
        Assert.True(lengths.Distinct().Count() > 300);
        Assert.InRange(lengths.Min(), Limits.HandshakeBytesMin, Limits.HandshakeBytesMin + 30);
        Assert.InRange(lengths.Max(), Limits.HandshakeBytesMax - 30, Limits.HandshakeBytesMax);
        for (var place = 0; place < Limits.HandshakeBytesMin; place++)
        {
            var counts = new int[256];
            foreach (var message in messages)
            {
                counts[message[place]]++;
            }

            var expected = messages.Length / 256.0;
            var square = counts.Sum(count => Math.Pow(count - expected, 2) / expected);
            Assert.InRange(square, 120, 415);
        }
    }
}
