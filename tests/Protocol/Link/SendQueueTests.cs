using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Protocol.Link;

public sealed class SendQueueTests
{
    private readonly List<string> _released = [];
    private readonly SendQueue<string> _queue;

    public SendQueueTests() => _queue = new SendQueue<string>(_released.Add);

    [Fact]
    public void ControlGoesFirstThenInteractiveThenBulk()
    {
        Add(2, SendClass.Bulk, 1000);
        Add(4, SendClass.Interactive, 1000);
        Assert.True(_queue.TryAnswer(new(2), "block", 0, 10));
        Assert.True(_queue.TryAnswer(new(4), FrameType.Data, new byte[20]));
        Assert.True(_queue.TryControl(FrameType.Ping, default, new byte[8]));
        Assert.Equal([FrameType.Ping, FrameType.Data, FrameType.Data], Types(3, out var streams));
        Assert.Equal([0u, 4u, 2u], streams);
        Assert.False(_queue.TryPoll(out _));
        Assert.Equal(0, _queue.QueuedBytes);
    }

    [Fact]
    public void StreamsOfAClassTakeTurns()
    {
        foreach (var id in new uint[] { 2, 4, 6 })
        {
            Add(id, SendClass.Bulk, 1 << 20);
            _queue.TryAnswer(new(id), $"block {id}", 0, 1 << 20);
        }

        Types(9, out var streams);
        Assert.Equal([2u, 4, 6, 2, 4, 6, 2, 4, 6], streams);
    }

    [Fact]
    public void BulkIsNotStarvedByInteractiveNorTheOtherWayRound()
    {
        Add(2, SendClass.Bulk, 1 << 20);
        Add(4, SendClass.Interactive, 16 << 20);
        _queue.TryAnswer(new(2), "block", 0, 1 << 20);
        _queue.TryAnswer(new(4), FrameType.Data, new byte[15 << 20]);
        Types(90, out var streams);
        Assert.Equal(10, streams.Count(stream => stream == 2));
        Assert.All(streams.Take(Limits.InteractiveBurstMax), stream => Assert.Equal(4u, stream));
    }

    /// <summary>A limit may hold them all back for days.</summary>
    [Fact]
    public void StreamsThatComeAndGoUnsentDoNotPileUp()
    {
        Add(1, SendClass.Bulk, 0);
        _queue.TryAnswer(new(1), FrameType.Part, new byte[5]);
        for (var id = 2u; id < 2 + Limits.LinkStreamsMax; id++)
        {
            Add(id, SendClass.Prompt, 0);
            _queue.TryAnswer(new(id), FrameType.Part, new byte[5]);
            Assert.True(_queue.Remove(new(id)));
        }

        Assert.Equal(SendClass.Bulk, _queue.Held);
        Assert.True(_queue.TryPoll(out var frame));
        Assert.Equal(1u, frame.Header.Stream.Value);
        for (var id = 1000u; id <= 1000 + Limits.LinkStreamsMax; id++)
        {
            Add(id, SendClass.Prompt, 0);
            _queue.TryAnswer(new(id), FrameType.Part, new byte[5]);
            Assert.True(_queue.Remove(new(id)));
        }

        // One too many: all of them have left.
        Assert.Null(_queue.Held);
    }

    [Fact]
    public void DataGoesOnlyAgainstCreditAndPartsWithout()
    {
        Add(2, SendClass.Bulk, 0);
        _queue.TryAnswer(new(2), FrameType.Part, new byte[5]);
        _queue.TryAnswer(new(2), FrameType.Data, new byte[100]);
        _queue.TryAnswer(new(2), FrameType.End, default);
        Assert.Equal([FrameType.Part], Types(1, out _));
        Assert.False(_queue.TryPoll(out _));
        Assert.True(_queue.TryGrant(new(2), 30));
        Assert.True(_queue.TryGrant(new(2), 10));
        Assert.True(_queue.TryPoll(out var frame));
        Assert.Equal(40, frame.Header.BodyBytes);
        Assert.False(_queue.TryPoll(out _));
        Assert.Equal(60, _queue.WaitingBytes(new(2)));
        Assert.True(_queue.TryGrant(new(2), 1000));
        Assert.Equal([FrameType.Data, FrameType.End], Types(2, out _));
        Assert.Null(_queue.WaitingBytes(new(2)));
    }

    [Fact]
    public void ABlockIsCutIntoFramesAndReleasedOnceAfterTheLastIsSealed()
    {
        Add(2, SendClass.Bulk, 1 << 20);
        _queue.TryAnswer(new(2), "block", 100, (2 * Limits.FrameBodyBytesMax) + 5);
        var frames = new List<OutgoingFrame<string>>();
        while (_queue.TryPoll(out var frame))
        {
            Assert.Equal("block", frame.Block);
            frames.Add(frame);
        }

        Assert.Equal([100, 65_636, 131_172], frames.Select(frame => frame.Offset));
        Assert.Equal([65_536, 65_536, 5], frames.Select(frame => frame.Header.BodyBytes));
        Assert.Empty(_released);
        frames.ForEach(frame => _queue.Sealed(frame));
        Assert.Equal(["block"], _released);
    }

    [Fact]
    public void ARemovedStreamReleasesItsBlocksButNotUnderAFrameBeingSealed()
    {
        Add(2, SendClass.Bulk, 1 << 20);
        _queue.TryAnswer(new(2), "first", 0, 1 << 19);
        _queue.TryAnswer(new(2), "second", 0, 1 << 19);
        _queue.TryPoll(out var frame);
        Assert.True(_queue.Remove(new(2)));
        Assert.False(_queue.Remove(new(2)));
        Assert.Equal(["second"], _released);
        _queue.Sealed(frame);
        Assert.Equal(["second", "first"], _released);
        Assert.False(_queue.TryPoll(out _));
        Assert.Equal(0, _queue.QueuedBytes);
        Assert.False(_queue.TryAnswer(new(2), "third", 0, 1));
        Assert.True(_queue.TryGrant(new(2), 1));
    }

    [Fact]
    public void ASmallFetchGoesBeforeALargeOneButDoesNotShutItOut()
    {
        Assert.Equal(SendClass.Prompt, SendClasses.Of(Fetch(Limits.PromptBytesMax)));
        Assert.Equal(SendClass.Prompt, SendClasses.Of(Fetch(1, 1000)));
        Assert.Equal(SendClass.Bulk, SendClasses.Of(Fetch(Limits.PromptBytesMax, 1)));
        Assert.Equal(SendClass.Bulk, SendClasses.Of(Fetch(long.MaxValue, long.MaxValue)));

        Add(2, SendClass.Bulk, 1 << 20);
        Add(4, SendClass.Prompt, 1 << 20);
        _queue.TryAnswer(new(2), "bulk", 0, 1 << 20);
        _queue.TryAnswer(new(4), "prompt", 0, 1 << 20);
        Types(18, out var streams);
        Assert.Equal(2, streams.Count(stream => stream == 2));
        Assert.Equal(4u, streams[0]);

        static Request Fetch(params long[] lengths)
        {
            var fetch = new FetchRequest();
            fetch.Slices.Add(lengths.Select(one => new SliceRequest { Length = (ulong)one }));
            return new Request { Fetch = fetch };
        }
    }

    [Fact]
    public void ALimitHoldsBulkBackAndNothingElse()
    {
        Add(2, SendClass.Bulk, 1000);
        Add(4, SendClass.Relayed, 1000);
        Add(6, SendClass.Interactive, 1000);
        _queue.TryAnswer(new(2), "bulk", 0, 100);
        _queue.TryAnswer(new(2), FrameType.End, default);
        _queue.TryAnswer(new(4), "relayed", 0, 10);
        _queue.TryAnswer(new(6), FrameType.Data, new byte[10]);
        _queue.TryControl(FrameType.Ping, default, new byte[8]);
        Assert.Equal((0u, false, 8), Held(0));
        Assert.Equal((6u, false, 10), Held(0));
        Assert.Null(Held(0));
        Assert.Equal(SendClass.Bulk, _queue.Held);

        Assert.Equal((2u, true, 70), Held(70));
        Assert.Equal((2u, true, 30), Held(70));
        Assert.Null(Held(0));
        Assert.Equal((2u, true, 0), Held(70));
        Assert.Equal(SendClass.Relayed, _queue.Held);
        Assert.Equal((4u, true, 10), Held(70));
        Assert.Null(_queue.Held);
        Assert.Equal(["bulk", "relayed"], _released);

        (uint, bool, int)? Held(int bytesMax)
        {
            if (!_queue.TryPoll(out var frame, bytesMax))
            {
                return null;
            }

            _queue.Sealed(frame);
            return (frame.Header.Stream.Value, frame.IsHeld, frame.Header.BodyBytes);
        }
    }

    [Fact]
    public void ControlIsBoundedInCountAndBytes()
    {
        for (var i = 0; i < Limits.ControlFramesMax; i++)
        {
            Assert.True(_queue.TryControl(FrameType.Ping, default, new byte[8]));
        }

        Assert.False(_queue.TryControl(FrameType.Ping, default, new byte[8]));
        _queue.Clear();
        for (var i = 0; i < Limits.ControlBytesMax / Limits.FrameBodyBytesMax; i++)
        {
            Assert.True(_queue.TryControl(FrameType.Message, default, new byte[65_536]));
        }

        Assert.False(_queue.TryControl(FrameType.Message, default, new byte[1]));
        _queue.TryPoll(out _);
        Assert.True(_queue.TryControl(FrameType.Message, default, new byte[1]));
    }

    [Fact]
    public void AnswersAreBoundedButTheEndAlwaysFits()
    {
        Add(2, SendClass.Bulk, 0);
        Add(4, SendClass.Bulk, 0);
        for (var i = 0; i < Limits.StreamPiecesMax; i++)
        {
            Assert.True(_queue.TryAnswer(new(2), FrameType.Part, new byte[1]));
        }

        Assert.False(_queue.TryAnswer(new(2), FrameType.Part, new byte[1]));
        Assert.True(_queue.TryAnswer(new(2), FrameType.End, default));
        Assert.False(_queue.TryAnswer(new(2), FrameType.End, default));
        _queue.Remove(new(2));
        for (var i = 0; i < Limits.LinkFetchesMax; i++)
        {
            Assert.True(_queue.TryAnswer(new(4), $"{i}", 0, Limits.FetchBytesMax));
        }

        Assert.False(_queue.TryAnswer(new(4), "more", 0, 1));
        _queue.Clear();
        Assert.Equal(Limits.LinkFetchesMax, _released.Count);
    }

    [Fact]
    public void TooMuchCreditIsMalformed()
    {
        Add(2, SendClass.Bulk, Limits.StreamCreditMax);
        Assert.False(_queue.TryGrant(new(2), 1));
        Assert.False(_queue.TryGrant(new(2), uint.MaxValue));
    }

    [Fact]
    public void MisuseThrows()
    {
        Add(2, SendClass.Bulk, 1);
        var long1 = new byte[Limits.FrameBodyBytesMax + 1];
        Assert.Throws<ArgumentException>(() => _queue.TryAnswer(new(2), FrameType.Part, long1));
        Assert.Throws<ArgumentException>(() => _queue.TryAnswer(new(2), FrameType.Data, default));
        Assert.Throws<ArgumentException>(() => _queue.TryAnswer(new(2), FrameType.Open, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => _queue.TryAnswer(new(2), "block", 0, 0));
    }

    private void Add(uint stream, SendClass sendClass, uint credit) =>
        _queue.Add(new StreamId(stream), sendClass, credit);

    private FrameType[] Types(int count, out uint[] streams)
    {
        var frames = new List<FrameHeader>();
        for (var i = 0; i < count; i++)
        {
            Assert.True(_queue.TryPoll(out var frame));
            _queue.Sealed(frame);
            frames.Add(frame.Header);
        }

        streams = [.. frames.Select(frame => frame.Stream.Value)];
        return [.. frames.Select(frame => frame.Type)];
    }
}
