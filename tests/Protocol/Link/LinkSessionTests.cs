using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Link;

/// <summary>Two ends talk with no socket.</summary>
public sealed class LinkSessionTests : IDisposable
{
    private readonly Pair _pair = new();
    private readonly LinkEnd _alice;
    private readonly LinkEnd _bob;

    public LinkSessionTests() => (_alice, _bob) = _pair.Ends(padded: false);

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _pair.Dispose();
    }

    [Fact]
    public void MessagesArriveInOrder()
    {
        for (var i = 1u; i <= 50; i++)
        {
            Assert.True(_alice.Session.TrySend(Hello(i)));
        }

        Exchange();
        Assert.Equal(
            Enumerable.Range(1, 50).Select(i => (LinkEvent)new LinkEvent.Told(Hello((uint)i))),
            _bob.Events
        );
    }

    [Fact]
    public void ACancelledRequestEndsOnBothSidesAndReleasesItsBlocks()
    {
        _alice.Session.TryOpen(Requests.Up(), 1 << 20, out var stream);
        Exchange();
        _bob.Session.TryData(stream, new byte[1 << 20], 0, 1 << 20);
        _bob.Seal(3);
        Assert.True(_alice.Session.TryCancel(stream));
        Assert.False(_alice.Session.TryCancel(stream));
        Exchange();
        Assert.Empty(_alice.Answers);
        Assert.Single(_bob.Released);
        Assert.Contains(new LinkEvent.Cancelled(stream, ResetCode.Cancelled), _bob.Events);
        Assert.Equal((0, 0), (_alice.Session.OursOpen, _bob.Session.TheirsOpen));
        Assert.False(_bob.Session.TryEnd(stream));
        Assert.Null(_bob.Session.WaitingBytes(stream));
        Assert.True(!_alice.Broken && !_bob.Broken);
    }

    [Fact]
    public void CancelAndEndMayCross()
    {
        _alice.Session.TryOpen(Requests.Up(), 1 << 20, out var stream);
        Exchange();
        _bob.Session.TryEnd(stream);
        _bob.Seal();
        _alice.Session.TryCancel(stream);
        Exchange();
        Assert.True(!_alice.Broken && !_bob.Broken);
        Assert.Equal(0, _alice.Session.OursOpen);
        Assert.Empty(_alice.Answers);
    }

    [Fact]
    public void ARefusalReachesWhoAsked()
    {
        _alice.Session.TryOpen(Requests.Up(), 1, out var stream);
        Exchange();
        Assert.True(_bob.Session.TryRefuse(stream, ResetCode.NotFound));
        Assert.False(_bob.Session.TryRefuse(stream, ResetCode.NotFound));
        Exchange();
        var (header, body) = Assert.Single(_alice.Answers);
        Assert.Equal(FrameType.Reset, header.Type);
        Assert.Equal([(byte)ResetCode.NotFound], body);
    }

    [Fact]
    public void PingsMeasureTheRoundTrip()
    {
        Assert.True(_alice.Session.TryPing(_alice.Now));
        _alice.Seal();
        _bob.Receive(_alice.Take());
        _bob.Seal();
        _alice.Now += TimeSpan.FromMilliseconds(30);
        _alice.Receive(_bob.Take());
        Assert.Equal(TimeSpan.FromMilliseconds(30), _alice.Session.RoundTrip);
    }

    [Fact]
    public void AnIdleLinkLivesAndASilentOneEnds()
    {
        for (var i = 0; i < 20; i++)
        {
            _alice.Now = _bob.Now = _alice.Session.Deadline;
            Assert.True(_alice.Session.HandleTime(_alice.Now));
            Assert.True(_bob.Session.HandleTime(_bob.Now));
            Exchange();
        }

        for (var i = 0; i < 2; i++)
        {
            _alice.Now = _alice.Session.Deadline;
            Assert.Equal(i == 0, _alice.Session.HandleTime(_alice.Now));
        }

        Assert.Equal(CloseCode.Idle, _alice.Session.Closing);
    }

    [Fact]
    public void WhoDoesNotReadIsClosed()
    {
        var sent = 0;
        while (_alice.Session.TrySend(Hello(1)))
        {
            sent++;
        }

        Assert.Equal(Limits.ControlFramesMax, sent);
        Assert.Equal(CloseCode.Idle, _alice.Session.Closing);
    }

    [Fact]
    public void GoodbyeArrives()
    {
        _alice.Session.TryClose(CloseCode.Duplicate);
        Exchange();
        Assert.Equal([new LinkEvent.Closed(CloseCode.Duplicate)], _bob.Events);
    }

    [Theory]
    [InlineData(FrameType.Message, 0, "ff")]
    [InlineData(FrameType.Open, 1, "0000000012020a00")] // a fetch of a slice of nothing
    [InlineData(FrameType.Open, 1, "01000004")] // 64 MiB + 1 of credit
    [InlineData(FrameType.Open, 2, "00000000")]
    [InlineData(FrameType.Data, 2, "00")]
    [InlineData(FrameType.Credit, 1, "00000000")]
    public void WhatBreaksTheRulesClosesAsMalformed(FrameType type, uint stream, string hex)
    {
        var body = Convert.FromHexString(hex);
        var header = new FrameHeader(type, new StreamId(stream), body.Length);
        var fine =
            _bob.Session.HandleHeader(header, _bob.Now) == FrameFate.Control
            && _bob.Session.HandleBody(header, body, _bob.Now, out _);
        Assert.False(fine);
        Assert.Equal(CloseCode.Malformed, _bob.Session.Closing);
    }

    [Fact]
    public void MoreCreditThanAllowedCloses()
    {
        _alice.Session.TryOpen(Requests.Catalog(), Limits.StreamCreditMax, out var stream);
        Exchange();
        var header = new FrameHeader(FrameType.Credit, stream, 4);
        Assert.Equal(FrameFate.Control, _bob.Session.HandleHeader(header, _bob.Now));
        Assert.False(_bob.Session.HandleBody(header, [1, 0, 0, 0], _bob.Now, out _));
        Assert.Equal(CloseCode.Malformed, _bob.Session.Closing);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(300_000, false)]
    [InlineData(300_001, true)]
    public void AFetchGrantsAllThatItAsksFor(uint credit, bool isFine)
    {
        _alice.Session.TryOpen(Requests.Fetch(300_000, 1), credit, out _);
        Exchange();
        Assert.Equal(isFine ? null : CloseCode.Malformed, _bob.Session.Closing);
        Assert.Equal(isFine ? 1 : 0, _bob.Events.Count);
    }

    [Theory]
    [InlineData((uint)Limits.CatalogBytesMax - 1, false)]
    [InlineData((uint)Limits.CatalogBytesMax, true)]
    public void ACatalogIsGrantedWhole(uint credit, bool isFine)
    {
        _alice.Session.TryOpen(Requests.Catalog(), credit, out _);
        Exchange();
        Assert.Equal(isFine ? null : CloseCode.Malformed, _bob.Session.Closing);
        Assert.Equal(isFine ? 1 : 0, _bob.Events.Count);
    }

    [Fact]
    public void ABitFlippedOnTheWayEndsTheLink()
    {
        _alice.Session.TrySend(Hello(1));
        _alice.Seal();
        var bytes = _alice.Take();
        bytes[^1] ^= 1;
        _bob.Receive(bytes);
        Assert.True(_bob.Broken);
        Assert.Empty(_bob.Events);
    }

    // A friend that sends any frames: never an exception, never more memory than its frames.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void RandomFramesNeverThrow(int seed)
    {
        var random = new Random(seed);
        var types = Enum.GetValues<FrameType>();
        var session = new LinkSession<byte[]>(dialer: false, Pair.Start, _ => { });
        for (var i = 0; i < 50_000; i++)
        {
            var example = Frames.Example(types[random.Next(types.Length)]);
            var bytes = example.Type == FrameType.Data ? random.Next(1, 99) : example.BodyBytes;
            var stream = example.Stream.Value == 0 ? 0u : (uint)random.Next(1, 9);
            var header = new FrameHeader(example.Type, new StreamId(stream), bytes);
            var body = Frames.Body(header);
            if (session.HandleHeader(header, Pair.Start) == FrameFate.Control)
            {
                session.HandleBody(header, body, Pair.Start, out _);
            }

            if (session.Closing is not null)
            {
                session = new LinkSession<byte[]>(dialer: false, Pair.Start, _ => { });
            }

            while (random.Next(4) != 0 && session.TryPoll(out var frame))
            {
                session.Sealed(frame);
            }
        }
    }

    private static Message Hello(uint version) => new() { Hello = new Hello { Version = version } };

    private void Exchange()
    {
        for (var i = 0; i < 5; i++)
        {
            _alice.Seal();
            _bob.Receive(_alice.Take());
            _bob.Seal();
            _alice.Receive(_bob.Take());
        }
    }
}
