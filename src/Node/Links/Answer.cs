using FriendNet.Node.Blocks;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Links;

/// <summary>
/// Our answer to one request: pieces in order, then End, or Reset at any time; one caller at a
/// time. Every wait ends when the friend gives the request up or the link ends.
/// </summary>
public sealed class Answer
{
    private readonly LinkAnswers _answers;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _over;

    internal Answer(LinkAnswers answers, StreamId stream)
    {
        _answers = answers;
        Stream = stream;
    }

    public StreamId Stream { get; }

    /// <summary>Whether nothing more can be said: ended, given up, or the link is gone.</summary>
    public bool IsOver { get; internal set; }

    /// <summary>Whether all of it went out, or never will: nothing waits.</summary>
    public bool IsGone { get; internal set; }

    /// <summary>For whom and how it goes.</summary>
    internal BlockHolder Holder { get; init; }

    /// <summary>See <see cref="Watch"/>.</summary>
    internal Action<int>? Sent { get; set; }

    internal Action? Gone { get; set; }

    /// <summary>Sends a small piece; waits while too much waits.</summary>
    /// <param name="body">At most one frame's; must stay as it is.</param>
    /// <exception cref="OperationCanceledException">The stream is over.</exception>
    public async ValueTask PartAsync(ReadOnlyMemory<byte> body, CancellationToken cancel = default)
    {
        while (!_answers.TryPart(this, body, out var room))
        {
            await room.WaitAsync(cancel);
        }
    }

    /// <summary>
    /// Sends bytes of a block, which is returned to its pool in every case; waits while too much
    /// waits.
    /// </summary>
    /// <exception cref="OperationCanceledException">The stream is over.</exception>
    public async ValueTask DataAsync(
        Block block,
        int offset,
        int count,
        CancellationToken cancel = default
    )
    {
        var isTaken = false;
        try
        {
            while (!_answers.TryData(this, block, offset, count, out var room))
            {
                await room.WaitAsync(cancel);
            }

            isTaken = true;
        }
        finally
        {
            if (!isTaken)
            {
                block.Return();
            }
        }
    }

    /// <summary>
    /// Sends all of a stream, a block at a time; one longer than any asker grants fails, since it
    /// would hold its blocks for ever.
    /// </summary>
    /// <exception cref="OperationCanceledException">The answer is over.</exception>
    public async Task DataAsync(Stream source, BlockQuota blocks)
    {
        var granted = Limits.CatalogBytesMax;
        while (true)
        {
            var block = await RentAsync(blocks);
            var count = 0;
            try
            {
                count = source.ReadAtLeast(block.Span, Block.Bytes, throwOnEndOfStream: false);
            }
            finally
            {
                if (count == 0)
                {
                    block.Return();
                }
            }

            if (count == 0)
            {
                return;
            }

            granted -= count;
            if (granted < 0)
            {
                block.Return();
                Reset(ResetCode.Failed);
                throw new OperationCanceledException("The answer is too long.");
            }

            await DataAsync(block, 0, count);
        }
    }

    /// <summary>
    /// A block to fill; waits, holding none, while others hold too many. In vain for long, it ends
    /// as busy.
    /// </summary>
    /// <exception cref="OperationCanceledException">The answer is over.</exception>
    internal async ValueTask<Block> RentAsync(BlockQuota blocks)
    {
        if (blocks.TryRent(Holder, out var block))
        {
            return block;
        }

        block = await blocks.WaitAsync(Holder, _answers.WhenOver(this));
        if (block is null)
        {
            Reset(ResetCode.Busy);
            throw new OperationCanceledException("No block was free in time.");
        }

        return block;
    }

    /// <summary>
    /// Has each frame of DATA reported once it is sent, outside all locks; and, at most once and
    /// on another thread, that the peer gave it up or the link is gone.
    /// </summary>
    internal void Watch(Action<int> sent, Action gone) => _answers.Watch(this, sent, gone);

    /// <summary>
    /// Queues bytes of a block without waiting, however much waits; the caller bounds it. True:
    /// the block is the queue's. False: the stream is over.
    /// </summary>
    internal bool TryPut(Block block, int offset, int count) =>
        _answers.TryPut(this, block, offset, count);

    /// <summary>The answer is complete. Nothing where the stream is over.</summary>
    public void End() => _answers.End(this);

    /// <summary>
    /// Gives the answer up, with what of it still waits. Nothing where it is over.
    /// </summary>
    public void Reset(ResetCode code) => _answers.Reset(this, code);

    /// <summary>Under the lock: completes when it is worth trying again.</summary>
    internal Task WaitRoom() =>
        (
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        ).Task;

    internal void TryAgain()
    {
        _room?.TrySetResult();
        _room = null;
    }

    /// <summary>Under the lock: completes when the peer, the link or we gave it up.</summary>
    internal Task WhenOver()
    {
        if (IsOver)
        {
            return Task.CompletedTask;
        }

        _over ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _over.Task;
    }

    internal void TellOver() => _over?.TrySetResult();
}
