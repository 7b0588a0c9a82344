using FriendNet.Node.Queues;

namespace FriendNet.Node.Shares;

/// <summary>What one scan has hashed; of its thread, but for <see cref="Done"/>.</summary>
internal sealed class HashLane(FileHasher hasher)
{
    private const int InFlightMax = 256;
    private readonly BoundedQueue<HashJob> _done = new(InFlightMax);

    /// <summary>Guarded by the hasher.</summary>
    internal LinkedList<HashJob> Todo { get; } = [];

    /// <summary>Files handed in and not yet taken out.</summary>
    internal int InFlight { get; private set; }

    /// <summary>Take some out before more is handed in.</summary>
    internal bool IsFull => InFlight >= InFlightMax;

    internal void Submit(ScanScope scope, FoundFile file, IndexRow? previous)
    {
        hasher.Add(this, scope, file, previous);
        InFlight++;
    }

    /// <summary>Takes a finished file, waiting no longer than that.</summary>
    internal bool TryTake(out HashJob job, int waitMs)
    {
        if (!_done.TryTake(out job, TimeSpan.FromMilliseconds(waitMs)))
            return false;
        InFlight--;
        return true;
    }

    /// <summary>By the worker that was last at it; never waits: no more are in flight.</summary>
    internal void Done(HashJob job) => _done.Add(job);
}
