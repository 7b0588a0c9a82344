using System.Buffers.Binary;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Google.Protobuf;

namespace FriendNet.Protocol.Link;

/// <summary>
/// One link from handshake to close: streams, what waits to be sent, keepalive. For one thread at
/// a time. Commands (Try…) queue frames and return false when that cannot be; frames that came
/// go to <see cref="HandleHeader"/>, their bodies where it says; <see cref="TryPoll"/> gives what
/// to seal next. Once <see cref="Closing"/> is set, nothing but closing is left to do.
/// </summary>
/// <param name="release">See <see cref="SendQueue{TBlock}"/>.</param>
public sealed class LinkSession<TBlock>(bool dialer, Instant now, Action<TBlock> release)
    where TBlock : class
{
    private readonly StreamTable _streams = new(dialer);
    private readonly SendQueue<TBlock> _queue = new(release);
    private readonly Keepalive _keepalive = new(now);

    /// <summary>
    /// Why the link has to be closed: the peer broke the rules (Malformed), is silent or does
    /// not read (Idle), or ids ran out (Bye). Null while all is well.
    /// </summary>
    public CloseCode? Closing { get; private set; }

    /// <summary>When <see cref="HandleTime"/> wants to be called.</summary>
    public Instant Deadline => _keepalive.Deadline;

    /// <summary>Null before the first PONG.</summary>
    public TimeSpan? RoundTrip => _keepalive.RoundTrip;

    /// <summary>How many round trips were measured.</summary>
    public long Pongs => _keepalive.Pongs;

    /// <summary>Bytes of answers waiting.</summary>
    public int QueuedBytes => _queue.QueuedBytes;

    /// <summary>Requests of ours that are not over.</summary>
    public int OursOpen => _streams.OursOpen;

    /// <summary>Requests of the peer that are not over.</summary>
    public int TheirsOpen => _streams.TheirsOpen;

    public bool TrySend(Message message) =>
        TryControl(FrameType.Message, default, message.ToByteArray());

    /// <summary>
    /// Asks the peer, granting credit for DATA. False: too many requests are open, or closing.
    /// </summary>
    public bool TryOpen(Request request, uint credit, out StreamId stream)
    {
        if (!_streams.TryOpen(credit, out stream))
        {
            Closing ??= _streams.IsExhausted ? CloseCode.Bye : null;
            return false;
        }

        var body = new byte[sizeof(uint) + request.CalculateSize()];
        BinaryPrimitives.WriteUInt32LittleEndian(body, credit);
        request.WriteTo(body.AsSpan(sizeof(uint)));
        return TryControl(FrameType.Open, stream, body);
    }

    /// <summary>Grants more DATA on a request of ours; false when it is over.</summary>
    public bool TryGrant(StreamId stream, uint credit)
    {
        var body = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(body, credit);
        return _streams.TryGrant(stream, credit) && TryControl(FrameType.Credit, stream, body);
    }

    /// <summary>Gives a request of ours up; nothing more of it will be seen.</summary>
    public bool TryCancel(StreamId stream) =>
        _streams.TryCancel(stream) && TryReset(stream, ResetCode.Cancelled);

    /// <summary>Queues a piece of an answer; see <see cref="SendQueue{TBlock}"/>.</summary>
    public bool TryPart(StreamId stream, ReadOnlyMemory<byte> body) =>
        _queue.TryAnswer(stream, FrameType.Part, body);

    /// <inheritdoc cref="TryPart"/>
    public bool TryData(StreamId stream, ReadOnlyMemory<byte> body) =>
        _queue.TryAnswer(stream, FrameType.Data, body);

    /// <inheritdoc cref="SendQueue{TBlock}.TryAnswer(StreamId, TBlock, int, int)"/>
    public bool TryData(StreamId stream, TBlock block, int offset, int length) =>
        _queue.TryAnswer(stream, block, offset, length);

    /// <summary>The answer is complete; false when the stream is gone.</summary>
    public bool TryEnd(StreamId stream) => _queue.TryAnswer(stream, FrameType.End, default);

    /// <summary>Ends a request of the peer, dropping what waits; false when it is over.</summary>
    public bool TryRefuse(StreamId stream, ResetCode code)
    {
        _queue.Remove(stream);
        return _streams.TryEnd(stream) && TryReset(stream, code);
    }

    /// <summary>Bytes of one answer waiting; null when the stream is gone.</summary>
    public int? WaitingBytes(StreamId stream) => _queue.WaitingBytes(stream);

    /// <summary>Queues the goodbye; the link is over when that frame has been sent.</summary>
    public bool TryClose(CloseCode code) =>
        TryControl(FrameType.Close, default, new[] { (byte)code });

    /// <summary>Measures the round trip now; false while a measurement is under way.</summary>
    public bool TryPing(Instant now) => _keepalive.TryPing(now, out var token) && TryPing(token);

    /// <summary>Time passed: sends a PING or gives up. False: close.</summary>
    public bool HandleTime(Instant now)
    {
        switch (_keepalive.Handle(now, out var token))
        {
            case KeepaliveStep.GiveUp:
                Closing ??= CloseCode.Idle;
                return false;
            case KeepaliveStep.Ping:
                return TryPing(token);
            default:
                return Closing is null;
        }
    }

    /// <summary>A header came: where its body (perhaps of no bytes) goes.</summary>
    public FrameFate HandleHeader(FrameHeader header, Instant now)
    {
        _keepalive.HandleReceived(now);
        switch (_streams.Handle(header))
        {
            case FrameVerdict.Malformed:
                Closing ??= CloseCode.Malformed;
                return FrameFate.Close;
            case FrameVerdict.Ignore:
                return FrameFate.Discard;
            default:
                return header.Type switch
                {
                    FrameType.Rekey or FrameType.Pad => FrameFate.Discard,
                    FrameType.Part or FrameType.Data or FrameType.End => FrameFate.Answer,
                    FrameType.Reset when _streams.IsOurs(header.Stream) => FrameFate.Answer,
                    _ => FrameFate.Control,
                };
        }
    }

    /// <summary>
    /// The body of a Control frame came. False: close. The event is null where the receiver has
    /// nothing to do.
    /// </summary>
    public bool HandleBody(
        FrameHeader header,
        ReadOnlySpan<byte> body,
        Instant now,
        out LinkEvent? happened
    )
    {
        happened = null;
        switch (header.Type)
        {
            case FrameType.Message:
                happened = ControlMessages.TryParse(body, out Message? message)
                    ? new LinkEvent.Told(message)
                    : null;
                return happened is not null || Malformed();
            case FrameType.Open:
                happened = HandleOpen(header.Stream, body);
                return happened is not null || Malformed();
            case FrameType.Credit:
                var credit = BinaryPrimitives.ReadUInt32LittleEndian(body);
                return _queue.TryGrant(header.Stream, credit) || Malformed();
            case FrameType.Reset:
                _queue.Remove(header.Stream);
                _streams.TryEnd(header.Stream);
                happened = new LinkEvent.Cancelled(header.Stream, (ResetCode)body[0]);
                return TryReset(header.Stream, ResetCode.Cancelled);
            case FrameType.Ping:
                return TryControl(FrameType.Pong, default, body.ToArray());
            case FrameType.Pong:
                _keepalive.HandlePong(BinaryPrimitives.ReadUInt64LittleEndian(body), now);
                return true;
            case FrameType.Close:
                happened = new LinkEvent.Closed((CloseCode)body[0]);
                return true;
            default:
                throw new ArgumentException("No control frame.", nameof(header));
        }
    }

    /// <inheritdoc cref="SendQueue{TBlock}.Held"/>
    public SendClass? Held => _queue.Held;

    /// <inheritdoc cref="SendQueue{TBlock}.TryPoll(out OutgoingFrame{TBlock}, int)"/>
    public bool TryPoll(out OutgoingFrame<TBlock> frame, int heldBytesMax = int.MaxValue)
    {
        var polled = _queue.TryPoll(out frame, heldBytesMax);
        if (polled && frame.Header.Type == FrameType.End)
        {
            _streams.TryEnd(frame.Header.Stream);
        }

        return polled;
    }

    /// <inheritdoc cref="SendQueue{TBlock}.Sealed"/>
    public void Sealed(in OutgoingFrame<TBlock> frame) => _queue.Sealed(frame);

    /// <summary>Drops what waits, releasing its blocks: the link is gone.</summary>
    public void Clear() => _queue.Clear();

    private LinkEvent.Asked? HandleOpen(StreamId stream, ReadOnlySpan<byte> body)
    {
        var credit = BinaryPrimitives.ReadUInt32LittleEndian(body);
        if (
            credit > Limits.StreamCreditMax
            || !ControlMessages.TryParse(body[sizeof(uint)..], out Request? request)
            // An answer that waits for credit would hold memory for as long as its asker likes.
            || credit < ControlMessages.DataMax(request)
        )
        {
            return null;
        }

        _queue.Add(stream, SendClasses.Of(request), credit);
        return new(stream, request);
    }

    private bool Malformed()
    {
        Closing ??= CloseCode.Malformed;
        return false;
    }

    private bool TryPing(ulong token)
    {
        var body = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(body, token);
        return TryControl(FrameType.Ping, default, body);
    }

    private bool TryReset(StreamId stream, ResetCode code) =>
        TryControl(FrameType.Reset, stream, new[] { (byte)code });

    private bool TryControl(FrameType type, StreamId stream, ReadOnlyMemory<byte> body)
    {
        if (Closing is null && !_queue.TryControl(type, stream, body))
        {
            Closing = CloseCode.Idle;
        }

        return Closing is null;
    }
}
