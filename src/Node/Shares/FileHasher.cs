using System.Collections.Concurrent;
using FriendNet.Crypto.Merkle;

namespace FriendNet.Node.Shares;

/// <summary>
/// Hashes files on all cores: many small ones side by side, a large one by its runs. The threads
/// live as long as one scan has something to hash.
/// </summary>
internal sealed class FileHasher : IDisposable
{
    private readonly BlockingCollection<HashJob> _todo = [];
    private readonly BlockingCollection<HashJob> _done = [];
    private readonly Thread[] _threads;

    internal FileHasher(int workers)
    {
        _threads = new Thread[workers];
        for (var i = 0; i < workers; i++)
        {
            _threads[i] = new Thread(Work) { Name = "hash", IsBackground = true };
            _threads[i].Start();
        }
    }

    /// <summary>Files handed in and not yet taken out; the caller bounds it.</summary>
    internal int InFlight { get; private set; }

    internal void Submit(ScanScope scope, FoundFile file, IndexRow? previous)
    {
        var runs = MerkleTree.RunCount(file.Stat.Size);
        var holders = Math.Min(_threads.Length, runs);
        var job = new HashJob(scope, file, previous, holders);
        for (var i = 0; i < holders; i++)
            _todo.Add(job);
        InFlight++;
    }

    /// <summary>Takes a finished file, waiting no longer than that.</summary>
    internal bool TryTake(out HashJob? job, int waitMs)
    {
        if (!_done.TryTake(out job, waitMs))
            return false;
        InFlight--;
        return true;
    }

    /// <summary>Ends the threads; jobs not taken are dropped.</summary>
    public void Dispose()
    {
        _todo.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _todo.Dispose();
        _done.Dispose();
    }

    private void Work()
    {
        var hasher = new RunHasher();
        var buffer = HashJob.NewBuffer();
        foreach (var job in _todo.GetConsumingEnumerable())
        {
            if (job.Work(hasher, buffer))
                _done.Add(job);
        }
    }
}
