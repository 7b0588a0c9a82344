using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Blocks;

/// <summary>Whose answers hold blocks, and of which class.</summary>
/// <param name="Friend">Who asks, or who carries the path of a stranger who asks.</param>
/// <param name="Path">That path; null: the friend asks.</param>
public readonly record struct BlockHolder(FriendId Friend, LinkId? Path, SendClass Class)
{
    internal (FriendId, LinkId?) Asker => (Friend, Path);
}

/// <summary>
/// Blocks for the answers on all links: so many and no more, however slowly they are taken. Who
/// asks and holds some gets another while all that it holds is less than a share of those free:
/// one alone fills its link, among many each has a few. For a class of answers that holds none
/// there is one while any is free, so that little does not wait for what is large.
/// </summary>
/// <remarks>For any thread; its lock is taken last.</remarks>
public sealed class BlockQuota(TimeProvider? time = null)
{
    private const int BlocksKept = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(Limits.FetchSilenceSeconds);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly BlockPool _pool = new(BlocksKept);
    private readonly Dictionary<BlockHolder, int> _byClass = [];
    private readonly Dictionary<(FriendId, LinkId?), int> _byAsker = [];
    private readonly Dictionary<FriendId, int> _byCarrier = [];
    private readonly LinkedList<Waiter> _waiting = [];
    private readonly Lock _gate = new();
    private int _held;
    private int _ofPaths;

    /// <summary>Blocks that are not back yet.</summary>
    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _held;
            }
        }
    }

    /// <summary>Of those, what is for paths.</summary>
    public int HeldForPaths
    {
        get
        {
            lock (_gate)
            {
                return _ofPaths;
            }
        }
    }

    /// <summary>A block, whose return is counted; false: not now.</summary>
    public bool TryRent(BlockHolder holder, [NotNullWhen(true)] out Block? block)
    {
        lock (_gate)
        {
            return TryTake(holder, out block);
        }
    }

    /// <summary>
    /// Waits for one, holding none in its hands. Of those who may have one, classes of answers
    /// that hold none are first, then who waits longest.
    /// </summary>
    /// <param name="over">Completes when none is wanted any more.</param>
    /// <returns>Null: none is wanted, or none came while the asker would wait for it.</returns>
    public async Task<Block?> WaitAsync(BlockHolder holder, Task over)
    {
        LinkedListNode<Waiter> waiter;
        lock (_gate)
        {
            if (TryTake(holder, out var block))
            {
                return block;
            }

            waiter = _waiting.AddLast(new Waiter(holder));
        }

        Task first = Task.WhenAny(waiter.Value.Came, over);
        await first
            .WaitAsync(Patience, _time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (waiter.List is not null)
            {
                _waiting.Remove(waiter);
                return null;
            }
        }

        return await waiter.Value.Came;
    }

    internal void Returned(BlockHolder holder)
    {
        lock (_gate)
        {
            Count(holder, -1);
            // Else who is fast would wait for the next requests of all who are slow.
            Serve(holdsSome: false);
            Serve(holdsSome: true);
        }
    }

    private void Serve(bool holdsSome)
    {
        for (var next = _waiting.First; next is not null; )
        {
            var waiter = next;
            next = next.Next;
            var holder = waiter.Value.Holder;
            if (_byClass.ContainsKey(holder) == holdsSome && TryTake(holder, out var block))
            {
                _waiting.Remove(waiter);
                waiter.Value.Give(block);
            }
        }
    }

    private bool TryTake(BlockHolder holder, [NotNullWhen(true)] out Block? block)
    {
        block = null;
        if (!MayHold(holder))
        {
            return false;
        }

        Count(holder, 1);
        block = _pool.Rent();
        block.CountFor(this, holder);
        return true;
    }

    private bool MayHold(BlockHolder holder)
    {
        var free = Limits.ServedBlocksMax - _held;
        if (holder.Path is not null)
        {
            var ofCarrier = _byCarrier.GetValueOrDefault(holder.Friend);
            if (ofCarrier >= Limits.ServedCarrierBlocksMax)
            {
                return false;
            }

            free = Math.Min(free, Limits.ServedPathBlocksMax - _ofPaths);
        }

        return _byClass.ContainsKey(holder)
            ? _byAsker[holder.Asker] * Limits.ServedFreeShare < free
            : free > 0;
    }

    private void Count(BlockHolder holder, int change)
    {
        _held += change;
        Add(_byClass, holder, change);
        Add(_byAsker, holder.Asker, change);
        if (holder.Path is not null)
        {
            _ofPaths += change;
            Add(_byCarrier, holder.Friend, change);
        }
    }

    private static void Add<T>(Dictionary<T, int> counts, T key, int change)
        where T : notnull
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
        count += change;
        if (count == 0)
        {
            counts.Remove(key);
        }
    }

    private sealed class Waiter(BlockHolder holder)
    {
        // Blocks return under locks of links.
        private readonly TaskCompletionSource<Block> _came = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );

        internal BlockHolder Holder => holder;

        internal Task<Block> Came => _came.Task;

        internal void Give(Block block) => _came.SetResult(block);
    }
}
