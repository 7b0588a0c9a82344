using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using Xunit;

namespace FriendNet.Tests.Protocol.Link;

public sealed class SendQueueLawTests
{
    private readonly List<string> _released = [];
    private readonly SendQueue<string> _queue;

    public SendQueueLawTests() => _queue = new SendQueue<string>(_released.Add);

    // Any order of calls: each stream's bytes come out whole, in order, within credit; each block
    // is released once.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyMixOfCallsKeepsTheLaws(int seed)
    {
        var random = new Random(seed);
        var queued = new Dictionary<uint, long>();
        var polled = new Dictionary<uint, long>();
        var granted = new Dictionary<uint, long>();
        var unsealed = new Queue<OutgoingFrame<string>>();
        var blocks = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var id = (uint)random.Next(1, 40) * 2;
            switch (random.Next(8))
            {
                case 0 when !granted.ContainsKey(id):
                    Add(id, (SendClass)random.Next(2), 1000);
                    (queued[id], polled[id], granted[id]) = (0, 0, 1000);
                    break;
                case 1 or 2 when granted.ContainsKey(id):
                    var length = random.Next(1, 200_000);
                    if (_queue.TryAnswer(new(id), $"{blocks}", (int)queued[id], length))
                    {
                        blocks++;
                        queued[id] += length;
                    }

                    break;
                case 3 when granted.ContainsKey(id) && granted[id] < 30_000_000:
                    var credit = (uint)random.Next(100_000);
                    granted[id] += _queue.TryGrant(new(id), credit) ? credit : 0;
                    break;
                case 4 when random.Next(20) == 0 && granted.Remove(id):
                    Assert.True(_queue.Remove(new(id)));
                    break;
                case 5 when unsealed.Count > 0:
                    _queue.Sealed(unsealed.Dequeue());
                    break;
                default:
                    if (_queue.TryPoll(out var frame))
                    {
                        var stream = frame.Header.Stream.Value;
                        Assert.Equal(polled[stream], frame.Offset);
                        polled[stream] += frame.Header.BodyBytes;
                        Assert.InRange(polled[stream], 0, granted[stream]);
                        unsealed.Enqueue(frame);
                    }

                    break;
            }
        }

        _queue.Clear();
        Assert.Equal(0, _queue.QueuedBytes);
        while (unsealed.TryDequeue(out var frame))
        {
            _queue.Sealed(frame);
        }

        Assert.Equal(blocks, _released.Count);
        Assert.Equal(blocks, _released.Distinct().Count());
    }

    private void Add(uint stream, SendClass sendClass, uint credit) =>
        _queue.Add(new StreamId(stream), sendClass, credit);
}
