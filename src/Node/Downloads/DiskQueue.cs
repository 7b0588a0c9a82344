using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Transfers;

namespace FriendNet.Node.Downloads;

/// <summary>A whole slice in a block, to be checked and written.</summary>
internal readonly record struct WriteJob(
    FetchSink Sink,
    int Index,
    int At,
    int Count,
    Hash256[] Proof
);

/// <summary>
/// Slices on their way to disk, and the threads that check and write them: two, so that one
/// hashes while the other waits for the disk or makes a file. What is queued is bounded by what
/// is asked for; the bound here only guards against a bug.
/// </summary>
internal sealed class DiskQueue : IDisposable
{
    private const int Writers = 2;
    private const int JobsMax = Limits.LinkFetchesMax * Limits.FetchSlicesMax * 4;
    private readonly Queue<WriteJob> _jobs = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _ready = new(0);
    private readonly SemaphoreSlim _room = new(JobsMax);
    private readonly Thread[] _threads = new Thread[Writers];
    private volatile bool _isOver;

    internal DiskQueue()
    {
        for (var i = 0; i < Writers; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"disk {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Waits while the queue is full.</summary>
    internal void Add(WriteJob job)
    {
        _room.Wait();
        using (_lock.EnterScope())
        {
            _jobs.Enqueue(job);
        }

        _ready.Release();
    }

    /// <summary>Writes what is queued, then ends the threads.</summary>
    public void Dispose()
    {
        _isOver = true;
        _ready.Release(Writers);
        foreach (var thread in _threads)
            thread.Join();
        _ready.Dispose();
        _room.Dispose();
    }

    private void Run()
    {
        var check = new SliceCheck();
        while (true)
        {
            _ready.Wait();
            WriteJob job;
            using (_lock.EnterScope())
            {
                if (!_jobs.TryDequeue(out job) && _isOver)
                    return;
            }

            _room.Release();
            job.Sink?.Write(job, check);
        }
    }
}
