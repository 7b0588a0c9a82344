using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Blocks;

/// <summary>
/// 1 MiB of native, page-aligned memory for bulk bytes: never moved or scanned by the collector,
/// fit for direct disk access. Each owner returns it once; the last one gives it back to the pool.
/// </summary>
public sealed unsafe class Block
{
    public const int Bytes = Limits.FetchBytesMax;
    private const int PageBytes = 4096;
    private readonly BlockPool _pool;
    private void* _memory;
    private int _owners = 1;
    private BlockQuota? _quota;
    private BlockHolder _holder;

    internal Block(BlockPool pool)
    {
        _pool = pool;
        _memory = NativeMemory.AlignedAlloc(Bytes, PageBytes);
    }

    public Span<byte> Span => new(_memory, Bytes);

    /// <summary>One owner more, before the block is passed on to it.</summary>
    public void Share() => Interlocked.Increment(ref _owners);

    /// <exception cref="InvalidOperationException">Returned too often: a bug.</exception>
    public void Return()
    {
        var left = Interlocked.Decrement(ref _owners);
        if (left < 0)
        {
            throw new InvalidOperationException("A block was returned twice.");
        }

        if (left == 0)
        {
            var (quota, holder) = (_quota, _holder);
            _quota = null;
            // From here on it may be another's.
            _pool.Keep(this);
            quota?.Returned(holder);
        }
    }

    internal void Reuse() => _owners = 1;

    /// <summary>Its return is told.</summary>
    internal void CountFor(BlockQuota quota, BlockHolder holder) =>
        (_quota, _holder) = (quota, holder);

    internal void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}

/// <summary>
/// Keeps up to <paramref name="keptMax"/> free blocks; more are given back at once.
/// </summary>
public sealed class BlockPool(int keptMax)
{
    private readonly ConcurrentStack<Block> _free = new();

    public Block Rent()
    {
        if (!_free.TryPop(out var block))
        {
            return new Block(this);
        }

        block.Reuse();
        return block;
    }

    internal void Keep(Block block)
    {
        // Count may be off by a few under a race; it bounds memory, not correctness.
        if (_free.Count >= keptMax)
        {
            block.Free();
        }
        else
        {
            _free.Push(block);
        }
    }
}
