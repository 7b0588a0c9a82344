using System.Diagnostics;
using System.Runtime.InteropServices;
using FriendNet.Node.Blocks;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Links;

/// <summary>
/// The writer thread: seals what the session has next, several records into one buffer that
/// stays in the cache, and sends it by one call. Keeps the time of the keepalive.
/// </summary>
internal sealed unsafe class LinkWriter : IDisposable
{
    private const int FullFrames = 4;
    private const int FramesMax = 64;
    private static readonly int FullFrameBytes = RecordSealer.BytesMax(Limits.FrameBodyBytesMax);
    private static readonly int BufferBytes = FullFrames * FullFrameBytes;

    private readonly Link _link;
    private readonly LinkSession<Block> _session;
    private readonly RecordSealer _sealer;
    private readonly Upload _upload;
    private readonly SendPace _pace = new(BufferBytes);
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly OutgoingFrame<Block>[] _frames = new OutgoingFrame<Block>[FramesMax];
    private readonly byte* _buffer = (byte*)NativeMemory.Alloc((nuint)BufferBytes);
    private readonly List<(Action<int> Sent, int Bytes)> _sent = [];
    private bool _waits;

    internal LinkWriter(Link link, LinkSession<Block> session, RecordSealer sealer, Uploads uploads)
    {
        _link = link;
        _session = session;
        _sealer = sealer;
        // What goes over a path is charged where the path's bytes leave.
        _upload = uploads.Open(link.Friend, () => _wake.Set());
    }

    internal ByteMeter Meter { get; } = new();

    /// <summary>Under the lock: there may be something to send.</summary>
    internal void Wake()
    {
        if (_waits)
        {
            _waits = false;
            _wake.Set();
        }
    }

    internal void Run()
    {
        while (true)
        {
            int count;
            Instant deadline;
            lock (_link.Gate)
            {
                count = _link.IsOver ? -1 : Poll();
                deadline = _session.Deadline;
                _waits = count == 0;
            }

            switch (count)
            {
                case < 0:
                    return;
                case 0:
                    Wait(deadline);
                    break;
                default:
                    var isLast = _frames[count - 1].Header.Type == FrameType.Close;
                    if (!SealAndSend(count) || isLast)
                    {
                        End(isLast);
                        return;
                    }

                    break;
            }
        }
    }

    public void Dispose()
    {
        _upload.Dispose();
        _sealer.Dispose();
        _wake.Dispose();
        NativeMemory.Clear(_buffer, (nuint)BufferBytes);
        NativeMemory.Free(_buffer);
    }

    private int Poll()
    {
        int count;
        do
        {
            count = Take();
        } while (count == 0 && _upload.TryWant(_session.Held));

        return count;
    }

    private int Take()
    {
        var count = 0;
        var bytes = 0;
        while (
            count < FramesMax
            && bytes + FullFrameBytes <= BufferBytes
            && bytes < _pace.Bytes
            && _session.TryPoll(out var frame, Math.Min(_upload.HeldBytesMax, _pace.Bytes))
        )
        {
            _frames[count++] = frame;
            _upload.Charge(frame);
            bytes += RecordSealer.BytesMax(frame.Header.BodyBytes);
            if (frame.Header.Type == FrameType.End)
            {
                _link.Answered(frame.Header.Stream);
            }

            if (frame.Header.Type == FrameType.Close)
            {
                // Nothing follows a goodbye.
                break;
            }
        }

        return count;
    }

    private bool SealAndSend(int count)
    {
        var buffer = new Span<byte>(_buffer, BufferBytes);
        var now = _link.Now();
        var bytes = 0;
        for (var i = 0; i < count; i++)
        {
            ref var frame = ref _frames[i];
            var body = frame.Block is { } block
                ? block.Span.Slice(frame.Offset, frame.Header.BodyBytes)
                : frame.Body.Span;
            bytes += _sealer.Seal(frame.Header, body, buffer[bytes..], now);
        }

        lock (_link.Gate)
        {
            for (var i = 0; i < count; i++)
            {
                NoteSent(_frames[i].Header);
                _session.Sealed(_frames[i]);
            }

            _link.Drained();
        }

        Array.Clear(_frames, 0, count);
        Meter.Add(bytes);
        return Send(buffer[..bytes]) && TellSent();
    }

    private bool Send(ReadOnlySpan<byte> bytes)
    {
        var began = Stopwatch.GetTimestamp();
        var isSent = _link.Wire.Send(bytes);
        if (_pace.Sent(bytes.Length, Stopwatch.GetElapsedTime(began)))
        {
            _link.Wire.KeepUnsent(_pace.Bytes);
        }

        return isSent;
    }

    /// <summary>Under the lock: whom it concerns that this frame goes out.</summary>
    private void NoteSent(FrameHeader header)
    {
        if (header.Type == FrameType.Data && _link.SentOf(header.Stream) is { } sent)
        {
            _sent.Add((sent, header.BodyBytes));
        }
    }

    /// <summary>Outside the lock: who is told may hold one of its own, and sends more.</summary>
    private bool TellSent()
    {
        foreach (var (sent, bytes) in _sent)
        {
            sent(bytes);
        }

        _sent.Clear();
        return true;
    }

    private void Wait(Instant deadline)
    {
        var left = deadline - _link.Now();
        if (left > TimeSpan.Zero)
        {
            // A deadline is at most as far as the silence that ends a link.
            _wake.WaitOne((int)Math.Ceiling(left.TotalMilliseconds));
        }

        lock (_link.Gate)
        {
            _waits = false;
            if (!_link.IsOver)
            {
                _session.HandleTime(_link.Now());
                _link.Heed();
            }
        }
    }

    private void End(bool isGoodbye)
    {
        if (!isGoodbye)
        {
            _link.Abandon("the connection was lost, or the friend took nothing for long");
            return;
        }

        // The friend reads up to the goodbye and hangs up; if not, time is up for it.
        _link.Wire.ShutdownSend();
        if (!_link.Reader.WaitEnd(Link.CloseTime))
        {
            _link.Wire.Shutdown();
        }
    }
}
