using System.Runtime.InteropServices;
using FriendNet.Node.Blocks;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Links;

/// <summary>
/// The reader thread: receives up to half a MiB a call, opens the records in it, and decrypts
/// DATA straight to where its sink wants it. No allocation for a record of DATA.
/// </summary>
internal sealed unsafe class LinkReader : IDisposable
{
    private const int BufferBytes = 512 * 1024;

    private readonly Link _link;
    private readonly LinkSession<Block> _session;
    private readonly RecordOpener _opener;
    private readonly ManualResetEventSlim _ended = new();
    private readonly List<IStreamSink> _fed = [];
    private readonly byte* _buffer = (byte*)NativeMemory.Alloc(BufferBytes);
    private Action? _confirmed;
    private FrameHeader _header;
    private FrameFate _fate;
    private bool _bodyIsDue;
    private int _at;
    private int _filled;

    internal LinkReader(Link link, LinkSession<Block> session, RecordOpener opener, LinkStart start)
    {
        _link = link;
        _session = session;
        _opener = opener;
        _confirmed = start.Confirmed;
        start.Early.Span.CopyTo(new Span<byte>(_buffer, BufferBytes));
        _filled = start.Early.Length;
        Meter.Add(_filled);
    }

    internal ByteMeter Meter { get; } = new();

    /// <summary>Until the link is over; the return value says why.</summary>
    internal string Run()
    {
        var why = "the friend broke the protocol";
        while (Consume())
        {
            EndBatch();
            MakeRoom();
            var count = _link.Wire.Receive(
                new Span<byte>(_buffer + _filled, BufferBytes - _filled)
            );
            if (count <= 0)
            {
                why = "the connection was lost";
                break;
            }

            _filled += count;
            Meter.Add(count);
        }

        _ended.Set();
        return why;
    }

    internal bool WaitEnd(TimeSpan timeout) => _ended.Wait(timeout);

    public void Dispose()
    {
        _opener.Dispose();
        _ended.Dispose();
        NativeMemory.Clear(_buffer, BufferBytes);
        NativeMemory.Free(_buffer);
    }

    private void EndBatch()
    {
        foreach (var sink in _fed)
        {
            sink.BatchEnded();
        }

        _fed.Clear();
    }

    private void MakeRoom()
    {
        var left = _filled - _at;
        if (_at > 0 && left > 0)
        {
            NativeMemory.Copy(_buffer + _at, _buffer, (nuint)left);
        }

        _at = 0;
        _filled = left;
    }

    /// <summary>Opens all whole records; false: the link is over.</summary>
    private bool Consume()
    {
        var now = _link.Now();
        while (true)
        {
            var rest = new Span<byte>(_buffer + _at, _filled - _at);
            if (!_bodyIsDue)
            {
                if (rest.Length < RecordSealer.HeaderBytes)
                {
                    return true;
                }

                if (!OpenHeader(rest[..RecordSealer.HeaderBytes], now))
                {
                    return false;
                }

                _at += RecordSealer.HeaderBytes;
                rest = rest[RecordSealer.HeaderBytes..];
            }

            var sealedBytes = RecordOpener.SealedBodyBytes(_header);
            if (rest.Length < sealedBytes)
            {
                return true;
            }

            _bodyIsDue = false;
            _at += sealedBytes;
            if (!HandleFrame(rest[..sealedBytes], now))
            {
                return false;
            }
        }
    }

    private bool OpenHeader(ReadOnlySpan<byte> bytes, Instant now)
    {
        if (!_opener.TryOpenHeader(bytes, out _header))
        {
            return false;
        }

        lock (_link.Gate)
        {
            _fate = _session.HandleHeader(_header, now);
        }

        if (_confirmed is { } confirmed)
        {
            _confirmed = null;
            confirmed();
        }

        _bodyIsDue = true;
        return _fate != FrameFate.Close;
    }

    private bool HandleFrame(Span<byte> sealedBody, Instant now)
    {
        if (_fate == FrameFate.Answer && _header.Type == FrameType.Data)
        {
            return HandleData(sealedBody);
        }

        var body = sealedBody[.._header.BodyBytes];
        if (!body.IsEmpty && !_opener.TryOpenBody(sealedBody, body))
        {
            return false;
        }

        switch (_fate)
        {
            case FrameFate.Control:
                return HandleControl(body, now);
            case FrameFate.Answer:
                HandleAnswer(body);
                return true;
            default:
                if (_header.Type is FrameType.End or FrameType.Reset)
                {
                    // The last word on a request that we gave up.
                    TakeSink()?.Failed(ResetCode.Cancelled);
                }

                return true;
        }
    }

    private bool HandleData(Span<byte> sealedBody)
    {
        IStreamSink? sink;
        lock (_link.Gate)
        {
            sink = _link.Sink(_header.Stream);
        }

        var space = sink is null ? default : sink.DataSpace(_header.BodyBytes);
        if (space.Length >= _header.BodyBytes)
        {
            if (!_opener.TryOpenBody(sealedBody, space[.._header.BodyBytes]))
            {
                return false;
            }

            sink!.DataReceived(_header.BodyBytes);
            if (!_fed.Contains(sink))
            {
                _fed.Add(sink);
            }

            return true;
        }

        _link.Cancel(_header.Stream);
        return _opener.TryOpenBody(sealedBody, sealedBody[.._header.BodyBytes]);
    }

    private void HandleAnswer(ReadOnlySpan<byte> body)
    {
        switch (_header.Type)
        {
            case FrameType.Part:
                IStreamSink? sink;
                lock (_link.Gate)
                {
                    sink = _link.Sink(_header.Stream);
                }

                sink?.Part(body);
                break;
            case FrameType.End:
                TakeSink()?.Ended();
                break;
            case FrameType.Reset:
                TakeSink()?.Failed((ResetCode)body[0]);
                break;
        }
    }

    private IStreamSink? TakeSink()
    {
        lock (_link.Gate)
        {
            return _link.TakeSink(_header.Stream);
        }
    }

    private bool HandleControl(ReadOnlySpan<byte> body, Instant now)
    {
        LinkEvent? happened;
        lock (_link.Gate)
        {
            var goesOn = _session.HandleBody(_header, body, now, out happened);
            goesOn = goesOn && (happened is null || _link.Handle(happened));
            _link.Heed();
            if (!goesOn)
            {
                return false;
            }
        }

        if (happened is not null)
        {
            _link.Tell(happened);
        }

        return true;
    }
}
