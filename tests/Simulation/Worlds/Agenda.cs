using System.Runtime.InteropServices;

namespace FriendNet.Simulation.Worlds;

/// <summary>What is to happen, the earliest first: a heap of four children.</summary>
internal sealed class Agenda
{
    private const int Children = 4;
    private readonly List<Arrival> _heap = [];

    internal int Count => _heap.Count;

    /// <summary>When the next one is due; <see cref="long.MaxValue"/> if there is none.</summary>
    internal long NextAt => _heap.Count == 0 ? long.MaxValue : _heap[0].At;

    internal void Add(in Arrival arrival)
    {
        _heap.Add(arrival);
        var heap = CollectionsMarshal.AsSpan(_heap);
        var at = heap.Length - 1;
        while (at > 0)
        {
            var parent = (at - 1) / Children;
            if (!arrival.Before(heap[parent]))
                break;
            heap[at] = heap[parent];
            at = parent;
        }

        heap[at] = arrival;
    }

    internal Arrival Take()
    {
        var heap = CollectionsMarshal.AsSpan(_heap);
        var (first, last) = (heap[0], heap[^1]);
        _heap.RemoveAt(heap.Length - 1);
        heap = CollectionsMarshal.AsSpan(_heap);
        if (heap.IsEmpty)
            return first;
        var at = 0;
        while ((at * Children) + 1 < heap.Length)
        {
            var least = (at * Children) + 1;
            var end = Math.Min(least + Children, heap.Length);
            for (var child = least + 1; child < end; child++)
            {
                if (heap[child].Before(heap[least]))
                    least = child;
            }

            if (!heap[least].Before(last))
                break;
            heap[at] = heap[least];
            at = least;
        }

        heap[at] = last;
        return first;
    }
}
