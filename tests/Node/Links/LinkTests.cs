using System.Security.Cryptography;
using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Paths;
using FriendNet.Tests.Protocol.Wire;
using Xunit;

namespace FriendNet.Tests.Node.Links;

public sealed class LinkTests : IDisposable
{
    private const int MoreThanGranted = 2 * Limits.StreamCreditMax / Block.Bytes;

    private readonly Side _alice = new("Alice");
    private readonly Side _bob = new("Bob");
    private readonly BlockPool _pool = new(8);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    [Fact]
    public async Task Bytes_arrive_as_they_were_sent_in_parts_and_blocks()
    {
        var (ours, _) = _alice.LinkTo(_bob);
        var sink = new Sink();
        ours.Open(Requests.Catalog(), Limits.StreamCreditMax, sink);
        var answer = Asked();
        var sent = new MemoryStream();
        for (var i = 0; i < 20; i++)
        {
            var part = RandomNumberGenerator.GetBytes(1 + (i * 3_000));
            await answer.PartAsync(part, Cancel);
            sent.Write(part);
            var block = _pool.Rent();
            var count = i % 2 == 0 ? Block.Bytes : 1 + (i * 50_000);
            RandomNumberGenerator.Fill(block.Span);
            sent.Write(block.Span[(Block.Bytes - count)..]);
            await answer.DataAsync(block, Block.Bytes - count, count, Cancel);
        }

        answer.End();
        Assert.Equal("ended", sink.End());
        Assert.Equal(sent.ToArray(), sink.Received());
    }

    [Fact]
    public async Task Who_grants_nothing_stalls_only_itself()
    {
        var (ours, _) = _alice.LinkTo(_bob);
        var stalled = new List<(StreamId Stream, Sink Sink, Task Sending)>();
        for (var i = 0; i < 6; i++)
        {
            var sink = new Sink();
            var stream = ours.Open(Requests.Up(), 100, sink);
            stalled.Add((stream, sink, SendAsync(Asked(), 3)));
        }

        var free = new Sink();
        ours.Open(Requests.Catalog(), Limits.StreamCreditMax, free);
        await SendAsync(Asked(), 40).WaitAsync(Side.Patience, Cancel);
        Assert.Equal("ended", free.End());
        Assert.Equal(40 * Block.Bytes, free.Count);
        Assert.All(stalled, one => Assert.InRange(one.Sink.Count, 0, 100));
        foreach (var (stream, sink, sending) in stalled)
        {
            ours.Grant(stream, 3 * Block.Bytes);
            await sending.WaitAsync(Side.Patience, Cancel);
            Assert.Equal("ended", sink.End());
            Assert.Equal(3 * Block.Bytes, sink.Count);
        }
    }

    [Fact]
    public async Task Messages_pass_while_bulk_fills_the_link()
    {
        const int Blocks = 63;
        const int Rounds = 100;
        var (ours, theirs) = _alice.LinkTo(_bob);
        // A machine that is busy elsewhere slows messages, never hastens them: the best counts.
        var most = 0u;
        for (var round = 0; round < Rounds && most <= Blocks / 5; round++)
        {
            most = Math.Max(most, await MessagesDuring(ours, theirs, Blocks));
        }

        // Each passed what waits in the queue; behind it, it would be one for 5 MiB or more.
        Assert.True(most > Blocks / 5, $"{most} messages");
    }

    private async Task<uint> MessagesDuring(Link ours, Link theirs, int blocks)
    {
        var sink = new Sink();
        ours.Open(Requests.Fetch(1), Limits.StreamCreditMax, sink);
        var sending = SendAsync(Asked(), blocks);
        var last = 0u;
        while (!sending.IsCompleted)
        {
            theirs.Send(new Message { Hello = new Hello { Version = ++last } });
            Assert.Equal(last, _alice.Next<Input.MessageReceived>().Message.Hello.Version);
        }

        await sending;
        Assert.Equal("ended", sink.End());
        return last;
    }

    [Fact]
    public async Task Whoever_gives_up_a_stream_ends_it_on_both_sides()
    {
        var (ours, theirs) = _alice.LinkTo(_bob);
        var sink = new Sink();
        var stream = ours.Open(Requests.Catalog(), Limits.StreamCreditMax, sink);
        var answer = Asked();
        var sending = SendAsync(answer, MoreThanGranted);
        ours.Cancel(stream);
        Assert.Equal(nameof(ResetCode.Cancelled), sink.End());
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            sending.WaitAsync(Side.Patience, Cancel)
        );
        Assert.True(answer.IsOver);

        var refused = new Sink();
        ours.Open(Requests.Up(), 1, refused);
        Asked().Reset(ResetCode.NotFound);
        Assert.Equal(nameof(ResetCode.NotFound), refused.End());

        var narrow = new Sink { Room = 0 };
        ours.Open(Requests.Catalog(), Limits.StreamCreditMax, narrow);
        _ = SendAsync(Asked(), 1);
        Assert.Equal(nameof(ResetCode.Cancelled), narrow.End());
        Assert.Equal(0, theirs.Status.Theirs);
        Assert.True(theirs.Send(new Message { Hello = new Hello { Version = 1 } }));
        _alice.Next<Input.MessageReceived>();
    }

    [Fact]
    public async Task What_is_longer_than_any_asker_grants_fails_and_holds_no_block()
    {
        var (ours, _) = _alice.LinkTo(_bob);
        var sink = new Sink();
        ours.Open(Requests.Catalog(), Limits.CatalogBytesMax, sink);
        var quota = new BlockQuota();
        using var content = new MemoryStream(new byte[Limits.CatalogBytesMax + 1]);
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            Asked().DataAsync(content, quota)
        );
        Assert.Equal(nameof(ResetCode.Failed), sink.End());
        Wait.Until(() => quota.Held == 0);
    }

    [Fact]
    public async Task A_cut_connection_ends_streams_answers_and_link()
    {
        using var relay = new Relay(_bob.Address);
        _alice.Befriend(_bob);
        _alice.Dialer.Dial(_bob.Id, [relay.Address]);
        var ours = _alice.Opened();
        _bob.Opened();
        var sink = new Sink();
        ours.Open(Requests.Catalog(), Limits.StreamCreditMax, sink);
        var sending = SendAsync(Asked(), MoreThanGranted);
        relay.Cut();
        Assert.Equal("lost", sink.End());
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            sending.WaitAsync(Side.Patience, Cancel)
        );
        Assert.Contains("lost", _alice.Next<Input.LinkClosed>().Why, StringComparison.Ordinal);
        _bob.Next<Input.LinkClosed>();
        Assert.False(ours.Send(new Message { Hello = new Hello { Version = 1 } }));
        Assert.Equal(default, ours.Open(Requests.Up(), 1, new Sink()));
        ours.Close(CloseCode.Bye);
    }

    [Fact]
    public void Too_many_requests_are_not_opened_and_the_link_lives()
    {
        var (ours, theirs) = _alice.LinkTo(_bob);
        for (var i = 0; i < Limits.LinkStreamsMax; i++)
        {
            Assert.NotEqual(default, ours.Open(Requests.Up(), 1, new Sink()));
        }

        Assert.Equal(default, ours.Open(Requests.Up(), 1, new Sink()));
        for (var i = 0; i < Limits.LinkStreamsMax; i++)
        {
            theirs.Refuse(_bob.Next<Input.RequestReceived>().Stream, ResetCode.Busy);
        }

        Assert.True(theirs.Send(new Message { Hello = new Hello { Version = 1 } }));
        _alice.Next<Input.MessageReceived>();
        Assert.NotEqual(default, ours.Open(Requests.Up(), 1, new Sink()));
    }

    [Fact]
    public void The_status_tells_what_passed()
    {
        var (ours, theirs) = _alice.LinkTo(_bob);
        ours.Send(new Message { Hello = new Hello { Version = 1 } });
        _bob.Next<Input.MessageReceived>();
        theirs.Send(new Message { Hello = new Hello { Version = 1 } });
        _alice.Next<Input.MessageReceived>();
        // The first PING may be queued after our message.
        Wait.Until(() => ours.Status.RoundTrip is not null);
        var status = ours.Status;
        Assert.InRange(status.RoundTrip!.Value.TotalSeconds, 0, 10);
        Assert.InRange(status.BytesIn, 40, 10_000);
        Assert.InRange(status.BytesOut, 40, 10_000);
        Assert.True(status.Opened <= _alice.Now());
    }

    private Answer Asked()
    {
        var asked = _bob.Next<Input.RequestReceived>();
        return _bob.Our.Links.Find(asked.Link)!.BeginAnswer(asked.Stream);
    }

    private async Task SendAsync(Answer answer, int blocks)
    {
        for (var i = 0; i < blocks; i++)
        {
            await answer.DataAsync(_pool.Rent(), 0, Block.Bytes, Cancel);
        }

        answer.End();
    }
}
