using FriendNet.Crypto.Merkle;
using FriendNet.Node.Queues;
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
/// Slices on their way to disk, and the threads that check and write them: some hash while
/// others wait for the disk or make a file. Small fetches go first. What is queued is bounded by
/// what is asked for; the bound here only guards against a bug.
/// </summary>
internal sealed class DiskQueue : IDisposable
{
    private const int Writers = 4;
    private const int JobsMax = Limits.LinkFetchesMax * Limits.FetchSlicesMax * 4;
    private readonly BoundedQueue<WriteJob> _jobs = new(JobsMax);
    private readonly Thread[] _threads = new Thread[Writers];

    internal DiskQueue()
    {
        for (var i = 0; i < Writers; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"disk {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Waits while the queue is full.</summary>
    internal void Add(WriteJob job) => _jobs.Add(job, job.Sink.IsPrompt);

    /// <summary>Writes what is queued, then ends the threads.</summary>
    public void Dispose()
    {
        _jobs.Close();
        foreach (var thread in _threads)
            thread.Join();
    }

    private void Run()
    {
        var check = new SliceCheck();
        while (_jobs.TryTake(out var job, Timeout.InfiniteTimeSpan))
            job.Sink.Write(job, check);
    }
}
