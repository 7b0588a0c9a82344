using FriendNet.Node.Blocks;

namespace FriendNet.Node.Paths;

/// <summary>
/// Bytes on their way through: written in pieces that are each in one place, read in their order,
/// kept until they have left. One block, rented for the first byte and returned after the last.
/// As long as no more than Limits.PathWindowBytes are in it, a piece of a frame always fits.
/// Not for two threads at once.
/// </summary>
public sealed class Ring(BlockPool pool)
{
    // Places that only grow; modulo the block's size they are places within it.
    private long _head;
    private long _next;
    private long _tail;

    /// <summary>
    /// From here to the block's end is nothing: what came then did not fit. None: -1.
    /// </summary>
    private long _gap = -1;
    private int _space;
    private bool _isOver;

    /// <summary>Null: it is empty.</summary>
    public Block? Block { get; private set; }

    /// <summary>Bytes that have not left.</summary>
    public int Used { get; private set; }

    /// <summary>
    /// Where the next bytes go, before <see cref="Commit"/>; empty: more than may be.
    /// </summary>
    public Span<byte> Space(int bytes)
    {
        if (_isOver)
        {
            return default;
        }

        Block ??= pool.Rent();
        var rest = (int)(Block.Bytes - (_tail % Block.Bytes));
        var start = rest >= bytes ? _tail : _tail + rest;
        if (start + bytes - _head > Block.Bytes)
        {
            return default;
        }

        if (start != _tail)
        {
            (_gap, _tail) = (_tail, start);
        }

        _space = bytes;
        return Last(bytes);
    }

    /// <summary>The space given last, so far as it is filled.</summary>
    public Span<byte> Last(int bytes) => Block!.Span.Slice((int)(_tail % Block.Bytes), bytes);

    /// <summary>The space given last is filled.</summary>
    public void Commit(int bytes)
    {
        _space = 0;
        if (_isOver)
        {
            Return();
            return;
        }

        _tail += bytes;
        Used += bytes;
        Rewind();
    }

    /// <summary>The space given last will not be filled.</summary>
    public void Abandon()
    {
        if (_space > 0)
        {
            Commit(0);
        }
    }

    /// <summary>The next bytes that were not given yet, in one place.</summary>
    public bool TryNext(int bytesMax, out int at, out int count)
    {
        Skip(ref _next);
        var end = _gap > _next ? _gap : _tail;
        // The block's end ends a piece, too.
        var left = Block.Bytes - (_next % Block.Bytes);
        count = (int)Math.Min(bytesMax, Math.Min(end - _next, left));
        at = (int)(_next % Block.Bytes);
        _next += count;
        return count > 0;
    }

    /// <summary>The first bytes have left.</summary>
    public void Consume(int bytes)
    {
        if (_isOver)
        {
            return;
        }

        Used -= bytes;
        while (bytes > 0)
        {
            Skip(ref _head);
            var end = _gap > _head ? _gap : _tail;
            var step = (int)Math.Min(bytes, end - _head);
            _head += step;
            bytes -= step;
        }

        Rewind();
    }

    /// <summary>Nothing more is wanted; space that is being filled is kept until then.</summary>
    public void Drop()
    {
        _isOver = true;
        Used = 0;
        if (_space == 0)
        {
            Return();
        }
    }

    private void Skip(ref long place)
    {
        if (place == _gap)
        {
            place += Block.Bytes - (place % Block.Bytes);
        }
    }

    /// <summary>An empty ring holds no block, and begins where the cache is warm.</summary>
    private void Rewind()
    {
        if (Used == 0 && _space == 0)
        {
            (_head, _next, _tail, _gap) = (0, 0, 0, -1);
            Return();
        }
    }

    private void Return()
    {
        Block?.Return();
        Block = null;
    }
}
