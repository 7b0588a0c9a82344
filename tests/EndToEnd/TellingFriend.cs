using System.Buffers;
using System.Collections.Concurrent;
using FriendNet.Node.Blocks;
using FriendNet.Node.Links;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Tests.Node.Links;
using FriendNet.Tests.Protocol.Circles;
using Google.Protobuf;
using Xunit;
using Link = FriendNet.Node.Links.Link;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// A friend of a daemon that says over a real link what the test wants, and gives the catalogs
/// that it tells of when it is asked.
/// </summary>
internal sealed class TellingFriend : IDisposable
{
    private readonly Side _side;
    private readonly Link _link;
    private readonly Thread _thread;
    private readonly BlockQuota _blocks = new();
    private readonly ConcurrentDictionary<uint, Func<ReadOnlyMemory<byte>>> _content = [];
    private readonly object _pulse = new();
    private long _told;
    private long _taken;
    private long _asked;
    private long _given;
    private volatile bool _stops;
    private volatile string? _closed;

    private TellingFriend(Side side)
    {
        _side = side;
        _link = side.Opened();
        _thread = new Thread(Run);
        _thread.Start();
    }

    /// <summary>What it gives parts of; whose entries, if those are others.</summary>
    internal (EntrySet Right, EntrySet Given)? Parts { get; set; }

    /// <summary>It does not answer.</summary>
    internal bool IsMute { get; set; }

    /// <summary>Bytes of parts that it gave.</summary>
    internal long Given => Interlocked.Read(ref _given);

    /// <summary>Catalogs that it was asked for.</summary>
    internal long Asked => Interlocked.Read(ref _asked);

    internal long Taken => Interlocked.Read(ref _taken);

    /// <summary>Why the daemon ended the link; null: it stands.</summary>
    internal string? Closed => _closed;

    internal static async Task<TellingFriend> Of(LiveNode node, string name)
    {
        var invited = node.Ok("invite", "create", "--json").Json.GetProperty("link").GetString();
        var side = new Side(name);
        var redeemed = await side.Dialer.RedeemAsync(invited!);
        Assert.Equal(RedeemOutcome.Redeemed, redeemed.Outcome);
        return new TellingFriend(side);
    }

    /// <summary>Tells these once so many may be under way; false: it ends meanwhile.</summary>
    /// <param name="windowMax">More than that is malformed.</param>
    internal bool Tell(IReadOnlyList<HeadNews> news, int windowMax)
    {
        lock (_pulse)
        {
            while (_told + news.Count - _taken > windowMax && !_stops && _closed is null)
                Monitor.Wait(_pulse);
            _told += news.Count;
        }

        return !_stops && _link.Send(new Message { Heads = new Heads { News = { news } } });
    }

    /// <summary>What is told, and given when asked for.</summary>
    internal HeadNews Publish(
        OwnPseudonym pseudonym,
        long version,
        CatalogHead head,
        Func<ReadOnlyMemory<byte>> whole
    )
    {
        _content[Short(head.Root.Tag)] = whole;
        var signed = pseudonym.Sign(version, head, horizon: 2);
        return new HeadNews { Head = UnsafeByteOperations.UnsafeWrap(signed.Encoded), Hops = 2 };
    }

    internal static HeadNews Gone(PseudonymId pseudonym) =>
        new() { Gone = UnsafeByteOperations.UnsafeWrap(pseudonym.Key.ToArray()) };

    /// <summary>Nothing is told any more.</summary>
    internal void Stop()
    {
        lock (_pulse)
        {
            _stops = true;
            Monitor.PulseAll(_pulse);
        }
    }

    public void Dispose()
    {
        Stop();
        _thread.Join();
        _side.Dispose();
    }

    // Of one root wants say the whole tag, or only this much of it.
    private static uint Short(ulong tag) => unchecked((uint)tag);

    private void Run()
    {
        while (!_stops)
        {
            switch (_side.TryNext(TimeSpan.FromMilliseconds(100)))
            {
                case Input.MessageReceived { Message.HeadsTaken: { } taken }:
                    lock (_pulse)
                    {
                        _taken += taken.Heads;
                        Monitor.PulseAll(_pulse);
                    }

                    break;
                case Input.RequestReceived { Request.Circle: { } circle } received:
                    _ = AnswerAsync(received.Stream, circle);
                    break;
                case Input.RequestReceived other:
                    _link.Refuse(other.Stream, ResetCode.NotFound);
                    break;
                case Input.LinkClosed closed:
                    lock (_pulse)
                    {
                        _closed = closed.Why;
                        Monitor.PulseAll(_pulse);
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private async Task AnswerAsync(StreamId stream, CircleRequest request)
    {
        if (Parts is { } parts)
        {
            await AnswerAsync(stream, request, parts.Right, parts.Given);
            return;
        }

        using var bytes = new MemoryStream();
        var count = CircleWants.Count(request);
        for (var i = 0; i < count; i++)
            bytes.Write(_content[Short(CircleWants.At(request, i).Root)]().Span);
        Interlocked.Add(ref _asked, count);
        bytes.Position = 0;
        var answer = _link.BeginAnswer(stream);
        await answer.DataAsync(bytes, _blocks);
        answer.End();
    }

    private async Task AnswerAsync(
        StreamId stream,
        CircleRequest request,
        EntrySet right,
        EntrySet given
    )
    {
        Interlocked.Increment(ref _asked);
        if (IsMute)
            return;
        var output = new ArrayBufferWriter<byte>();
        var nodes =
            request.Parts == 0
                ? new CircleAnswer { Compare = true }
                : PartAnswer.Write(right.Tree(), right.Head, request, given.EntriesOf, output);
        Interlocked.Add(ref _given, output.WrittenCount);
        var answer = _link.BeginAnswer(stream);
        await answer.PartAsync(nodes.ToByteArray());
        await answer.DataAsync(new MemoryStream(output.WrittenSpan.ToArray()), _blocks);
        answer.End();
    }
}
