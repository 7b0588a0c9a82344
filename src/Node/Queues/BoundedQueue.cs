namespace FriendNet.Node.Queues;

/// <summary>
/// What waits between threads, first in first out, up to a bound; of what is added as urgent the
/// same, before all else. Who must wait sleeps at once: spinning before that, as the framework's
/// semaphores do, takes from a busy machine of two cores what the others need.
/// </summary>
/// <param name="itemsMax">Above it whoever adds must wait.</param>
public sealed class BoundedQueue<T>(int itemsMax)
{
    // Not a Lock: only a monitor can be waited on.
    private readonly object _gate = new();
    private readonly Queue<T> _items = [];
    private readonly Queue<T> _urgent = [];
    private bool _isClosed;

    /// <summary>Whether nothing can be added any more; what waits can still be taken.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _isClosed;
            }
        }
    }

    private int Count => _items.Count + _urgent.Count;

    /// <summary>Adds it, after a wait while the queue is full; false: closed.</summary>
    /// <param name="isUrgent">Before all that are not; the caller bounds how many are.</param>
    public bool Add(T item, bool isUrgent = false)
    {
        lock (_gate)
        {
            while (Count == itemsMax && !_isClosed)
                Monitor.Wait(_gate);
            if (_isClosed)
                return false;
            (isUrgent ? _urgent : _items).Enqueue(item);
            // Nobody waits to add while there is room, so this wakes one who waits to take.
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>
    /// Takes the first, after a wait while there is none; false: none in that time, or closed.
    /// </summary>
    public bool TryTake(out T item, TimeSpan wait)
    {
        lock (_gate)
        {
            var isLate = false;
            while (!_urgent.TryDequeue(out item!) && !_items.TryDequeue(out item!))
            {
                if (_isClosed || isLate)
                    return false;
                isLate = !Monitor.Wait(_gate, wait);
            }

            if (Count == itemsMax - 1)
                Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Ends all waits.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
