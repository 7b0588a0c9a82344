using FriendNet.Node.Links;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Paths;

/// <summary>
/// One direction of a path as it goes out: pieces of the ring as an answer on a link, sealed where
/// they lie. Two pieces at a time, so that small ones grow together while they wait.
/// </summary>
/// <param name="gate">Guards the ring; taken before a link's, never after.</param>
/// <param name="left">Under the gate: so many bytes have left.</param>
internal sealed class Outflow(object gate, Ring ring, Action<int> left)
{
    private const int PiecesMax = 2;
    private const int PieceBytesMax = 256 * 1024;
    private readonly Queue<int> _pieces = [];
    private Answer? _answer;
    private int _sentOfFirst;
    private bool _isEnding;
    private bool _isOver;

    /// <summary>On another thread: all has left, and the end is said.</summary>
    internal Action Said { get; init; } = () => { };

    /// <param name="gone">On another thread: the peer gave it up, or the link is gone.</param>
    internal void Start(Answer answer, Action gone)
    {
        lock (gate)
        {
            _answer = answer;
            answer.Watch(Sent, gone);
            if (_isOver)
            {
                answer.Reset(ResetCode.Failed);
            }

            Pump();
        }
    }

    /// <summary>Under the gate: puts what lies in the ring into the link's queue.</summary>
    internal void Pump()
    {
        if (_answer is null || _isOver)
        {
            return;
        }

        while (_pieces.Count < PiecesMax && ring.TryNext(PieceBytesMax, out var at, out var count))
        {
            var block = ring.Block!;
            block.Share();
            if (!_answer.TryPut(block, at, count))
            {
                // Whoever watches hears of it.
                block.Return();
                return;
            }

            _pieces.Enqueue(count);
        }

        if (_isEnding && ring.Used == 0)
        {
            _isOver = true;
            _answer.End();
            ThreadPool.UnsafeQueueUserWorkItem(_ => Said(), null);
        }
    }

    /// <summary>Under the gate: says the end after what lies in the ring.</summary>
    internal void End()
    {
        _isEnding = true;
        Pump();
    }

    /// <summary>Under the gate: gives it up, and drops the ring.</summary>
    internal void Reset(ResetCode code)
    {
        if (!_isOver)
        {
            _isOver = true;
            _answer?.Reset(code);
        }

        ring.Drop();
    }

    private void Sent(int bytes)
    {
        lock (gate)
        {
            if (_isOver)
            {
                return;
            }

            ring.Consume(bytes);
            _sentOfFirst += bytes;
            while (_pieces.TryPeek(out var first) && _sentOfFirst >= first)
            {
                _sentOfFirst -= _pieces.Dequeue();
            }

            left(bytes);
            Pump();
        }
    }
}
