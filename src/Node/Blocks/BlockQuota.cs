using System.Diagnostics.CodeAnalysis;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;

namespace FriendNet.Node.Blocks;

/// <summary>Whose answers hold blocks, and of which class.</summary>
/// <param name="Friend">Who asks, or who carries the paths of those who ask.</param>
/// <param name="IsPath">Whether strangers ask, over paths.</param>
public readonly record struct BlockHolder(FriendId Friend, bool IsPath, SendClass Class);

/// <summary>
/// Blocks for the answers on all links: so many and no more, however slowly they are taken. Who
/// holds some gets another while it holds less than a share of those free: one alone fills its
/// link, among many each has a few, and the last are kept for who has none.
/// </summary>
/// <remarks>For any thread; its lock is taken last.</remarks>
public sealed class BlockQuota(TimeProvider? time = null)
{
    private const int BlocksKept = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(Limits.FetchSilenceSeconds);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly BlockPool _pool = new(BlocksKept);
    private readonly Dictionary<BlockHolder, int> _held = [];
    private readonly LinkedList<Waiter> _waiting = [];
    private readonly Lock _gate = new();
    private int _ofFriends;
    private int _ofPaths;

    /// <summary>Blocks that are not back yet.</summary>
    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _ofFriends + _ofPaths;
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
    /// Waits for one, holding none in its hands; who may have one and waits longest is first.
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
            for (var next = _waiting.First; next is not null; )
            {
                var waiter = next;
                next = next.Next;
                if (TryTake(waiter.Value.Holder, out var block))
                {
                    _waiting.Remove(waiter);
                    waiter.Value.Give(block);
                }
            }
        }
    }

    private bool TryTake(BlockHolder holder, [NotNullWhen(true)] out Block? block)
    {
        var free = Limits.ServedBlocksMax - _ofFriends - _ofPaths;
        if (holder.IsPath)
        {
            free = Math.Min(free, Limits.ServedPathBlocksMax - _ofPaths);
        }

        block = null;
        if (_held.GetValueOrDefault(holder) * Limits.ServedFreeShare >= free)
        {
            return false;
        }

        Count(holder, 1);
        block = _pool.Rent();
        block.CountFor(this, holder);
        return true;
    }

    private void Count(BlockHolder holder, int change)
    {
        (_ofFriends, _ofPaths) = holder.IsPath
            ? (_ofFriends, _ofPaths + change)
            : (_ofFriends + change, _ofPaths);
        var held = _held.GetValueOrDefault(holder) + change;
        if (held > 0)
        {
            _held[holder] = held;
        }
        else
        {
            _held.Remove(holder);
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
