using FriendNet.Crypto.Merkle;

namespace FriendNet.Node.Shares;

/// <summary>
/// Hashes files on all cores: many small ones side by side, a large one by its runs. Lanes take
/// turns, so that none waits for all that another has handed in.
/// </summary>
internal sealed class FileHasher : IDisposable
{
    // Not a Lock: only a monitor can be waited on.
    private readonly object _gate = new();

    /// <summary>Lanes with something to hash, each once.</summary>
    private readonly Queue<HashLane> _ready = [];
    private readonly Thread[] _threads;
    private bool _hasEnded;

    internal FileHasher(int workers)
    {
        _threads = new Thread[workers];
        for (var i = 0; i < workers; i++)
        {
            _threads[i] = new Thread(Work) { Name = "hash", IsBackground = true };
            _threads[i].Start();
        }
    }

    /// <summary>Several workers may hold one job at once.</summary>
    internal void Add(HashLane lane, ScanScope scope, FoundFile file, IndexRow? previous)
    {
        var holders = Math.Min(_threads.Length, MerkleTree.RunCount(file.Stat.Size));
        var job = new HashJob(scope, file, previous, holders);
        lock (_gate)
        {
            for (var i = 0; i < holders; i++)
                Enlist(lane).AddLast(job);
        }
    }

    /// <summary>Ends the threads once they are through with what is cancelled.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _hasEnded = true;
            Monitor.PulseAll(_gate);
        }
        foreach (var thread in _threads)
            thread.Join();
    }

    private void Work()
    {
        var hasher = new RunHasher();
        var buffer = HashJob.NewBuffer();
        while (TryTake(out var lane, out var job))
        {
            var turn = job.Work(hasher, buffer);
            if (turn == HashTurn.Last)
                lane.Done(job);
            else if (turn == HashTurn.More)
                PutBack(lane, job);
        }
    }

    private bool TryTake(out HashLane lane, out HashJob job)
    {
        (lane, job) = (null!, null!);
        lock (_gate)
        {
            while (!_ready.TryDequeue(out lane!))
            {
                if (_hasEnded)
                    return false;
                Monitor.Wait(_gate);
            }
            job = lane.Todo.First!.Value;
            lane.Todo.RemoveFirst();
            if (lane.Todo.Count > 0)
                _ready.Enqueue(lane);
            return true;
        }
    }

    // First in its lane: a file that has begun is read to its end before the next.
    private void PutBack(HashLane lane, HashJob job)
    {
        lock (_gate)
            Enlist(lane).AddFirst(job);
    }

    private LinkedList<HashJob> Enlist(HashLane lane)
    {
        if (lane.Todo.Count == 0)
            _ready.Enqueue(lane);
        Monitor.Pulse(_gate);
        return lane.Todo;
    }
}
