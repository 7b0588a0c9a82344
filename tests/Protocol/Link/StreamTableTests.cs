using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Link;

public sealed class StreamTableTests
{
    private readonly StreamTable _table = new(dialer: true);

    [Fact]
    public void DialersIdsAreOddAnswerersEven()
    {
        Assert.True(_table.TryOpen(0, out var first));
        Assert.True(_table.TryOpen(0, out var second));
        Assert.Equal((1u, 3u), (first.Value, second.Value));
        Assert.True(new StreamTable(dialer: false).TryOpen(0, out var other));
        Assert.Equal(2u, other.Value);
    }

    [Theory]
    [InlineData(FrameType.Open, 1, 8)] // of our parity
    [InlineData(FrameType.Open, 3, 8)]
    [InlineData(FrameType.Part, 3, 0)] // never opened
    [InlineData(FrameType.Data, 3, 1)]
    [InlineData(FrameType.End, 3, 0)]
    [InlineData(FrameType.Reset, 3, 1)]
    [InlineData(FrameType.Part, 2, 0)] // theirs: only they ask on it
    [InlineData(FrameType.Data, 2, 1)]
    [InlineData(FrameType.End, 2, 0)]
    [InlineData(FrameType.Credit, 1, 4)] // ours: only we grant
    [InlineData(FrameType.Credit, 4, 4)] // not opened yet
    [InlineData(FrameType.Reset, 4, 1)]
    [InlineData(FrameType.Open, 2, 8)] // opened already
    [InlineData(FrameType.Data, 1, 101)] // over the credit
    public void WhatNoHonestPeerSendsIsMalformed(FrameType type, uint stream, int bytes)
    {
        _table.TryOpen(100, out _);
        Assert.Equal(FrameVerdict.Accept, Handle(FrameType.Open, 2, 8));
        Assert.Equal(FrameVerdict.Malformed, Handle(type, stream, bytes));
    }

    [Fact]
    public void DataIsCountedAgainstCredit()
    {
        _table.TryOpen(100, out var stream);
        Assert.Equal(FrameVerdict.Accept, Handle(FrameType.Data, 1, 60));
        Assert.Equal(FrameVerdict.Accept, Handle(FrameType.Part, 1, 1000));
        Assert.Equal(FrameVerdict.Accept, Handle(FrameType.Data, 1, 40));
        Assert.True(_table.TryGrant(stream, 5));
        Assert.Equal(FrameVerdict.Accept, Handle(FrameType.Data, 1, 5));
        Assert.Equal(FrameVerdict.Malformed, Handle(FrameType.Data, 1, 1));
    }

    [Fact]
    public void AfterTheEndNothingComes()
    {
        _table.TryOpen(100, out var stream);
        Assert.Equal(FrameVerdict.Accept, Handle(FrameType.End, 1, 0));
        Assert.Equal(0, _table.OursOpen);
        Assert.False(_table.TryGrant(stream, 1));
        Assert.False(_table.TryCancel(stream));
        Assert.Equal(FrameVerdict.Malformed, Handle(FrameType.Data, 1, 1));
    }

    [Theory]
    [InlineData(FrameType.End, 0)]
    [InlineData(FrameType.Reset, 1)]
    public void WhatCrossesOurCancelIsIgnoredUpToItsCredit(FrameType last, int bytes)
    {
        _table.TryOpen(100, out var stream);
        Assert.True(_table.TryCancel(stream));
        Assert.False(_table.TryCancel(stream));
        Assert.False(_table.TryGrant(stream, 10));
        Assert.Equal(FrameVerdict.Ignore, Handle(FrameType.Part, 1, 9));
        Assert.Equal(FrameVerdict.Ignore, Handle(FrameType.Data, 1, 100));
        Assert.Equal(1, _table.OursOpen);
        Assert.Equal(FrameVerdict.Ignore, Handle(last, 1, bytes));
        Assert.Equal(0, _table.OursOpen);
        Assert.Equal(FrameVerdict.Malformed, Handle(FrameType.Part, 1, 9));
    }

    [Fact]
    public void ACancelledStreamStillHasItsCreditOnly()
    {
        _table.TryOpen(100, out var stream);
        _table.TryCancel(stream);
        Assert.Equal(FrameVerdict.Malformed, Handle(FrameType.Data, 1, 101));
    }

    [Fact]
    public void WhatCrossesOurEndIsIgnored()
    {
        Handle(FrameType.Open, 2, 8);
        Assert.Equal(FrameVerdict.Accept, Handle(FrameType.Credit, 2, 4));
        Assert.Equal(FrameVerdict.Accept, Handle(FrameType.Reset, 2, 1));
        Assert.True(_table.TryEnd(new StreamId(2)));
        Assert.False(_table.TryEnd(new StreamId(2)));
        Assert.Equal(FrameVerdict.Ignore, Handle(FrameType.Credit, 2, 4));
        Assert.Equal(FrameVerdict.Ignore, Handle(FrameType.Reset, 2, 1));
        Assert.Equal(FrameVerdict.Malformed, Handle(FrameType.Open, 2, 8));
    }

    [Fact]
    public void StreamsAreBoundedBothWays()
    {
        for (var i = 0u; i < Limits.LinkStreamsMax; i++)
        {
            Assert.True(_table.TryOpen(0, out _));
            Assert.Equal(FrameVerdict.Accept, Handle(FrameType.Open, 2 + (2 * i), 8));
        }

        Assert.False(_table.TryOpen(0, out _));
        Assert.Equal(FrameVerdict.Malformed, Handle(FrameType.Open, 10_000, 8));
        Handle(FrameType.End, 1, 0);
        Assert.True(_table.TryOpen(0, out _));
    }

    [Fact]
    public void MoreCreditThanAllowedIsABug()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            _table.TryOpen(Limits.StreamCreditMax + 1u, out _)
        );
        _table.TryOpen(Limits.StreamCreditMax, out var stream);
        Assert.Throws<ArgumentOutOfRangeException>(() => _table.TryGrant(stream, 1));
    }

    [Fact]
    public void RandomFramesNeverThrowAndStayBounded()
    {
        var random = new Random(2);
        var types = Enum.GetValues<FrameType>();
        for (var i = 0; i < 50_000; i++)
        {
            var verdict = Handle(
                types[random.Next(types.Length)],
                (uint)random.Next(2_000),
                random.Next(65_537)
            );
            Assert.True(Enum.IsDefined(verdict));
            Assert.InRange(_table.TheirsOpen, 0, Limits.LinkStreamsMax);
        }
    }

    private FrameVerdict Handle(FrameType type, uint stream, int bytes) =>
        _table.Handle(new(type, new StreamId(stream), bytes));
}
