using FriendNet.Node.Blocks;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Links;

/// <summary>
/// The friend's requests on one link and what of our answers waits: a bounded queue. Credit for
/// all of an answer came with its request.
/// </summary>
/// <param name="carrier">The friend over whose line it goes.</param>
internal sealed class LinkAnswers(Link link, LinkSession<Block> session, FriendId carrier)
{
    /// <summary>
    /// Enough to keep the wire busy while a disk answers; little to hold a link.
    /// </summary>
    private const int QueuedBytesEnough = 4 * 1024 * 1024;

    private readonly Dictionary<StreamId, Answer> _answers = [];
    private readonly List<Answer> _waiting = [];

    internal Answer Begin(StreamId stream)
    {
        lock (link.Gate)
        {
            return _answers.TryGetValue(stream, out var answer)
                ? answer
                : new Answer(this, stream) { IsOver = true, IsGone = true };
        }
    }

    /// <param name="room">Where false: what to wait for before trying again.</param>
    internal bool TryPart(Answer answer, ReadOnlyMemory<byte> body, out Task room)
    {
        lock (link.Gate)
        {
            ThrowIfOver(answer);
            if (IsFull(answer) || !session.TryPart(answer.Stream, body))
            {
                room = WaitRoom(answer);
                return false;
            }

            link.Heed();
            room = Task.CompletedTask;
            return true;
        }
    }

    /// <summary>True: the block is the queue's.</summary>
    /// <param name="room">Where false: what to wait for before trying again.</param>
    internal bool TryData(Answer answer, Block block, int offset, int count, out Task room)
    {
        lock (link.Gate)
        {
            ThrowIfOver(answer);
            if (IsFull(answer) || !session.TryData(answer.Stream, block, offset, count))
            {
                room = WaitRoom(answer);
                return false;
            }

            link.Heed();
            room = Task.CompletedTask;
            return true;
        }
    }

    internal void Watch(Answer answer, Action<int> sent, Action gone)
    {
        lock (link.Gate)
        {
            (answer.Sent, answer.Gone) = (sent, gone);
            if (answer.IsOver)
            {
                TellGone(answer);
            }
        }
    }

    internal Task WhenOver(Answer answer)
    {
        lock (link.Gate)
        {
            return answer.WhenOver();
        }
    }

    internal bool TryPut(Answer answer, Block block, int offset, int count)
    {
        lock (link.Gate)
        {
            var isQueued = !answer.IsOver && session.TryData(answer.Stream, block, offset, count);
            link.Heed();
            return isQueued;
        }
    }

    internal void End(Answer answer)
    {
        lock (link.Gate)
        {
            answer.Gone = null;
            if (!answer.IsOver)
            {
                // It stays known until the frame goes: credit for what waits still comes.
                answer.IsOver = true;
                session.TryEnd(answer.Stream);
                link.Heed();
            }
        }
    }

    internal void Reset(Answer answer, ResetCode code)
    {
        lock (link.Gate)
        {
            answer.Gone = null;
            if (_answers.ContainsKey(answer.Stream))
            {
                session.TryRefuse(answer.Stream, code);
                Drop(answer.Stream);
                link.Heed();
            }
        }
    }

    // The rest is called under the lock.
    internal void Add(StreamId stream, SendClass sendClass) =>
        _answers.Add(
            stream,
            new Answer(this, stream)
            {
                Holder = new(carrier, link.IsPath ? link.Id : null, sendClass),
            }
        );

    internal void Drained()
    {
        if (_waiting.Count == 0 || session.QueuedBytes >= QueuedBytesEnough)
        {
            return;
        }

        foreach (var answer in _waiting)
        {
            answer.TryAgain();
        }

        _waiting.Clear();
    }

    internal void Drop(StreamId stream)
    {
        if (_answers.Remove(stream, out var answer))
        {
            answer.IsOver = answer.IsGone = true;
            answer.TryAgain();
            answer.TellOver();
            TellGone(answer);
            Drained();
        }
    }

    internal void DropAll()
    {
        foreach (var stream in _answers.Keys.ToArray())
        {
            Drop(stream);
        }
    }

    internal Action<int>? SentOf(StreamId stream) =>
        _answers.TryGetValue(stream, out var answer) ? answer.Sent : null;

    // Whoever hears it may hold a lock under which it uses this link.
    private static void TellGone(Answer answer)
    {
        if (answer.Gone is { } gone)
        {
            answer.Gone = null;
            ThreadPool.UnsafeQueueUserWorkItem(_ => gone(), null);
        }
    }

    private static void ThrowIfOver(Answer answer)
    {
        if (answer.IsOver)
        {
            throw new OperationCanceledException("The request is over.");
        }
    }

    /// <summary>What goes before bulk does not wait until bulk has gone.</summary>
    private bool IsFull(Answer answer) =>
        session.QueuedBytes
        >= (answer.Holder.Class == SendClass.Bulk ? QueuedBytesEnough : 2 * QueuedBytesEnough);

    private Task WaitRoom(Answer answer)
    {
        if (!_waiting.Contains(answer))
        {
            _waiting.Add(answer);
        }

        return answer.WaitRoom();
    }
}
