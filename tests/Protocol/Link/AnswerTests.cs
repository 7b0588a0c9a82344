using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Link;

/// <summary>Many answers at once, in any cut of the bytes, within their credit.</summary>
public sealed class AnswerTests : IDisposable
{
    private readonly Pair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void RequestsAreAnsweredHoweverTheBytesAreCut(int seed, bool padded)
    {
        var random = new Random(seed);
        var (alice, bob) = _pair.Ends(padded);
        using (alice)
        using (bob)
        {
            var expected = new Dictionary<StreamId, byte[]>();
            for (var i = 0; i < 20; i++)
            {
                Assert.True(alice.Session.TryOpen(Requests.Up(), 100_000, out var stream));
                expected.Add(stream, Content(stream));
            }

            var served = 0;
            for (var i = 0; i < 100_000 && alice.Session.OursOpen > 0; i++)
            {
                Step(alice, bob, random);
                Step(bob, alice, random);
                served = Serve(bob, served);
                Grant(alice, expected);
                alice.Now = bob.Now += TimeSpan.FromSeconds(1);
                Assert.True(!alice.Broken && !bob.Broken);
            }

            Assert.Equal(0, alice.Session.OursOpen);
            Assert.Equal(0, bob.Session.TheirsOpen);
            Assert.Equal(20, bob.Released.Count);
            foreach (var (stream, content) in expected)
            {
                Assert.Equal(content, Received(alice, stream));
            }
        }
    }

    private static byte[] Content(StreamId stream)
    {
        var content = new byte[300_000];
        new Random((int)stream.Value).NextBytes(content);
        return content;
    }

    private static byte[] Received(LinkEnd end, StreamId stream) =>
        [
            .. end
                .Answers.Where(answer =>
                    answer.Header.Stream == stream && answer.Header.Type == FrameType.Data
                )
                .SelectMany(answer => answer.Body),
        ];

    // Answers each new request with a PART, its content from a block, and END.
    private static int Serve(LinkEnd end, int served)
    {
        foreach (var asked in end.Events.Skip(served).OfType<LinkEvent.Asked>())
        {
            var content = Content(asked.Stream);
            Assert.True(end.Session.TryPart(asked.Stream, new byte[5]));
            Assert.True(end.Session.TryData(asked.Stream, content, 0, content.Length));
            Assert.True(end.Session.TryEnd(asked.Stream));
        }

        return end.Events.Count;
    }

    // Grants the rest of each request once its first credit is used up.
    private static void Grant(LinkEnd end, Dictionary<StreamId, byte[]> expected)
    {
        foreach (var stream in expected.Keys)
        {
            var received = end.DataBytes(stream);
            if (received is 100_000 or 150_000)
            {
                end.Session.TryGrant(stream, received == 100_000 ? 50_000u : 150_000u);
            }
        }
    }

    private static void Step(LinkEnd from, LinkEnd to, Random random)
    {
        from.Seal(random.Next(4));
        to.Receive(from.Take(random.Next(1, 40_000)));
    }
}
