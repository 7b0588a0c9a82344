using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Link;

/// <summary>
/// What waits to be sent on one link, and what goes next: control frames in their order; then
/// interactive answers, then bulk ones, then relayed ones; but after
/// <see cref="Limits.InteractiveBurstMax"/> frames interactive in a row one of the others goes, and
/// after <see cref="Limits.BulkBurstMax"/> bulk ones a relayed one. Within a class one frame of
/// each stream in turn. DATA goes only against credit. Every call costs O(1), but for
/// <see cref="Remove"/> of many pieces.
/// </summary>
/// <typeparam name="TBlock">Bulk memory that has an owner to return it to.</typeparam>
/// <param name="release">Called once for each block taken, when no frame needs it any more.</param>
public sealed class SendQueue<TBlock>(Action<TBlock> release)
    where TBlock : class
{
    private readonly Queue<OutgoingFrame<TBlock>> _control = [];
    private readonly SendTurns<TBlock> _turns = new();
    private readonly Dictionary<StreamId, Outlet<TBlock>> _outlets = [];
    private int _controlBytes;

    /// <summary>Bytes of PART and DATA waiting on all streams that are not relayed.</summary>
    public int QueuedBytes { get; private set; }

    /// <summary>Whether a poll would give a frame, but for removed streams.</summary>
    public bool IsReady => _control.Count > 0 || !_turns.IsEmpty;

    /// <summary>What a limit holds back, but for removed streams; null: nothing.</summary>
    public SendClass? Held => _turns.Held;

    /// <summary>
    /// Queues a frame that waits for no stream and no credit; false: full, close.
    /// </summary>
    public bool TryControl(FrameType type, StreamId stream, ReadOnlyMemory<byte> body)
    {
        if (
            _control.Count >= Limits.ControlFramesMax
            || _controlBytes + body.Length > Limits.ControlBytesMax
        )
        {
            return false;
        }

        _controlBytes += body.Length;
        _control.Enqueue(new(new FrameHeader(type, stream, body.Length), body));
        return true;
    }

    /// <summary>A stream that we answer, with the credit of its OPEN.</summary>
    public void Add(StreamId stream, SendClass sendClass, uint credit) =>
        _outlets.Add(stream, new Outlet<TBlock>(stream, sendClass) { Credit = credit });

    /// <summary>
    /// CREDIT came; false when it exceeds what a stream may have. Unknown: ignored.
    /// </summary>
    public bool TryGrant(StreamId stream, uint credit)
    {
        if (!_outlets.TryGetValue(stream, out var outlet))
        {
            return true;
        }

        if (outlet.Credit + credit > Limits.StreamCreditMax)
        {
            return false;
        }

        outlet.Credit += credit;
        _turns.Ready(outlet);
        return true;
    }

    /// <summary>
    /// Queues a PART, DATA (of any length over 0, sent in frames) or END. False: the stream is
    /// gone or ended, or too much waits (never for END). The memory must stay as it is until sent.
    /// </summary>
    /// <exception cref="ArgumentException">No frame of an answer has such a body.</exception>
    public bool TryAnswer(StreamId stream, FrameType type, ReadOnlyMemory<byte> body)
    {
        var fits = type switch
        {
            FrameType.Part => body.Length <= Limits.FrameBodyBytesMax,
            FrameType.Data => body.Length > 0,
            FrameType.End => body.Length == 0,
            _ => false,
        };
        return fits
            ? TryEnqueue(stream, new(type, body, null, 0, body.Length))
            : throw new ArgumentException("No such answer.", nameof(type));
    }

    /// <summary>
    /// Queues DATA from a block. True: the block is the queue's, which releases it. False (the
    /// stream is gone, or too much waits): it remains the caller's.
    /// </summary>
    public bool TryAnswer(StreamId stream, TBlock block, int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        return TryEnqueue(stream, new(FrameType.Data, default, block, offset, length));
    }

    /// <summary>Bytes waiting on one stream; null when it is gone.</summary>
    public int? WaitingBytes(StreamId stream) =>
        _outlets.TryGetValue(stream, out var outlet) ? outlet.Bytes : null;

    /// <summary>Drops what waits on a stream and forgets it; false when it is not known.</summary>
    public bool Remove(StreamId stream)
    {
        if (!_outlets.Remove(stream, out var outlet))
        {
            return false;
        }

        foreach (var piece in outlet.Pieces)
        {
            piece.Left = 0;
            Release(piece);
        }

        QueuedBytes -= outlet.Counts ? outlet.Bytes : 0;
        outlet.Pieces.Clear();
        _turns.Leave(outlet);
        return true;
    }

    /// <summary>
    /// Drops all; blocks of frames not sealed yet follow with <see cref="Sealed"/>.
    /// </summary>
    public void Clear()
    {
        foreach (var stream in _outlets.Keys)
        {
            Remove(stream);
        }

        _control.Clear();
        _controlBytes = 0;
    }

    /// <summary>
    /// The next frame, if one may go now. Each frame polled is to be given to
    /// <see cref="Sealed"/> when its body is not needed any more.
    /// </summary>
    /// <param name="heldBytesMax">
    /// So much DATA of <see cref="Held"/> classes may go in one frame; 0: none of their frames.
    /// </param>
    public bool TryPoll(out OutgoingFrame<TBlock> frame, int heldBytesMax = int.MaxValue)
    {
        if (_control.TryDequeue(out frame))
        {
            _controlBytes -= frame.Header.BodyBytes;
            return true;
        }

        if (!_turns.TryNext(heldBytesMax > 0, out var outlet))
        {
            return false;
        }

        frame = Next(outlet, outlet.IsHeld ? heldBytesMax : int.MaxValue);
        _turns.Ready(outlet);
        return true;
    }

    /// <summary>A polled frame's body has been read.</summary>
    public void Sealed(in OutgoingFrame<TBlock> frame)
    {
        if (frame.Piece is { } piece)
        {
            piece.Pins--;
            Release(piece);
        }
    }

    private bool TryEnqueue(StreamId stream, QueuedPiece<TBlock> piece)
    {
        if (
            !_outlets.TryGetValue(stream, out var outlet)
            || outlet.Ended
            || (piece.Type != FrameType.End && IsFull(outlet, piece))
        )
        {
            return false;
        }

        outlet.Ended = piece.Type == FrameType.End;
        outlet.Pieces.Enqueue(piece);
        outlet.Bytes += piece.Left;
        QueuedBytes += outlet.Counts ? piece.Left : 0;
        _turns.Ready(outlet);
        return true;
    }

    private bool IsFull(Outlet<TBlock> outlet, QueuedPiece<TBlock> piece) =>
        outlet.Pieces.Count >= Limits.StreamPiecesMax
        || (outlet.Counts && QueuedBytes + piece.Left > Limits.LinkQueuedBytesMax);

    private OutgoingFrame<TBlock> Next(Outlet<TBlock> outlet, int bytesMax)
    {
        var piece = outlet.Pieces.Peek();
        var length = Math.Min(piece.Left, Limits.FrameBodyBytesMax);
        if (piece.Type == FrameType.Data)
        {
            length = (int)Math.Min(Math.Min(length, bytesMax), outlet.Credit);
            outlet.Credit -= length;
        }

        var header = new FrameHeader(piece.Type, outlet.Stream, length);
        var offset = piece.Offset;
        piece.Offset += length;
        piece.Left -= length;
        outlet.Bytes -= length;
        QueuedBytes -= outlet.Counts ? length : 0;
        if (piece.Left == 0)
        {
            outlet.Pieces.Dequeue();
        }

        if (piece.Type == FrameType.End)
        {
            _outlets.Remove(outlet.Stream);
        }

        if (piece.Block is null)
        {
            return new(header, piece.Memory.Slice(offset, length)) { IsHeld = outlet.IsHeld };
        }

        piece.Pins++;
        return new(header, piece, offset) { IsHeld = outlet.IsHeld };
    }

    // Called when the piece has left its stream, and whenever a frame of it was sealed.
    private void Release(QueuedPiece<TBlock> piece)
    {
        if (piece is { Block: { } block, Left: 0, Pins: 0 })
        {
            release(block);
        }
    }
}
