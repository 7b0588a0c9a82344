using System.Diagnostics;
using FriendNet.Node.Linux;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// The thread that writes friends' catalogs. A work is done piece by piece; friends take turns of
/// some pieces, and of one friend one work comes after the other, so that who sends much waits
/// for itself. Thread safe.
/// </summary>
public sealed class Turns : IDisposable
{
    // Each holds the changes that it checked in memory.
    private const int FriendsAtOnce = 8;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(Limits.TurnMilliseconds);

    private readonly object _gate = new();
    private readonly Lock _writing;
    private readonly Dictionary<FriendId, Queue<Work>> _works = [];
    private readonly Queue<FriendId> _later = [];
    private readonly Queue<FriendId> _turning = [];
    private readonly Thread _thread;
    private bool _stopped;

    /// <param name="writing">Held during each piece.</param>
    public Turns(Lock writing)
    {
        _writing = writing;
        _thread = new Thread(Loop) { Name = "catalogs", IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Enumerates <paramref name="pieces"/>, each short, on the thread; the last is the result.
    /// Canceled if this is disposed before.
    /// </summary>
    public Task<T> Run<T>(FriendId friend, IEnumerable<T> pieces)
    {
        var work = new Work<T>(pieces.GetEnumerator());
        lock (_gate)
        {
            if (_stopped)
            {
                work.Cancel();
                return work.Task;
            }

            if (!_works.TryGetValue(friend, out var works))
            {
                _works.Add(friend, works = []);
                _later.Enqueue(friend);
            }

            works.Enqueue(work);
            Monitor.Pulse(_gate);
        }

        return work.Task;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        foreach (var work in _works.Values.SelectMany(works => works))
            work.Cancel();
    }

    private void Loop()
    {
        // Those who search, and links, come first.
        ThreadNice.Lower();
        while (Next() is var (friend, work))
        {
            var started = Stopwatch.GetTimestamp();
            var isDone = false;
            while (!isDone && Stopwatch.GetElapsedTime(started) < Turn)
            {
                lock (_writing)
                    isDone = work.Step();
            }

            lock (_gate)
                Over(friend, isDone);
        }
    }

    private (FriendId Friend, Work Work)? Next()
    {
        lock (_gate)
        {
            while (!_stopped)
            {
                while (_turning.Count < FriendsAtOnce && _later.TryDequeue(out var later))
                    _turning.Enqueue(later);
                if (_turning.TryDequeue(out var friend))
                    return (friend, _works[friend].Peek());
                Monitor.Wait(_gate);
            }

            return null;
        }
    }

    private void Over(FriendId friend, bool isDone)
    {
        if (isDone)
            _works[friend].Dequeue();
        if (_works[friend].Count == 0)
            _works.Remove(friend);
        else
            (isDone ? _later : _turning).Enqueue(friend);
    }

    private abstract class Work
    {
        /// <summary>Whether it is over, well or not.</summary>
        internal abstract bool Step();

        internal abstract void Cancel();
    }

    private sealed class Work<T>(IEnumerator<T> pieces) : Work
    {
        private readonly TaskCompletionSource<T> _result = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        private T? _last;

        internal Task<T> Task => _result.Task;

        internal override bool Step()
        {
            try
            {
                if (pieces.MoveNext())
                {
                    _last = pieces.Current;
                    return false;
                }

                pieces.Dispose();
                _result.SetResult(_last!);
            }
#pragma warning disable CA1031 // Whoever waits for the result gets it, of whatever kind.
            catch (Exception e)
#pragma warning restore CA1031
            {
                pieces.Dispose();
                _result.SetException(e);
            }

            return true;
        }

        internal override void Cancel()
        {
            pieces.Dispose();
            _result.TrySetCanceled();
        }
    }
}
