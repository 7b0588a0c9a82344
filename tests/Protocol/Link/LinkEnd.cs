using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;

namespace FriendNet.Tests.Protocol.Link;

/// <summary>
/// One end of a link with no socket: bytes in, bytes out. What an end learns is collected.
/// </summary>
internal sealed class LinkEnd : IDisposable
{
    private const int WireBytes = 200_000;

    private readonly RecordSealer _sealer;
    private readonly RecordOpener _opener;
    private byte[] _outgoing = [];
    private byte[] _incoming = [];
    private FrameHeader? _due;

    internal LinkEnd(LinkKeys keys, bool dialer, bool padded)
    {
        _sealer = new RecordSealer(keys.Send, padded, Pair.Start);
        _opener = new RecordOpener(keys.Receive);
        Session = new LinkSession<byte[]>(dialer, Pair.Start, Released.Add);
    }

    internal LinkSession<byte[]> Session { get; }

    internal List<byte[]> Released { get; } = [];

    internal List<LinkEvent> Events { get; } = [];

    /// <summary>Frames that answer our requests, with their bodies.</summary>
    internal List<(FrameHeader Header, byte[] Body)> Answers { get; } = [];

    internal Instant Now { get; set; } = Pair.Start;

    /// <summary>The link was given up by this end.</summary>
    internal bool Broken { get; private set; }

    public void Dispose()
    {
        _sealer.Dispose();
        _opener.Dispose();
    }

    internal int DataBytes(StreamId stream) =>
        Answers
            .Where(answer => answer.Header.Stream == stream)
            .Where(answer => answer.Header.Type == FrameType.Data)
            .Sum(answer => answer.Header.BodyBytes);

    /// <summary>Seals up to so many frames, while not too much waits for the wire.</summary>
    internal void Seal(int frames = int.MaxValue)
    {
        for (var i = 0; i < frames && _outgoing.Length < WireBytes; i++)
        {
            if (!Session.TryPoll(out var frame))
            {
                return;
            }

            var length = frame.Header.BodyBytes;
            var body = frame.Block is { } block
                ? block.AsSpan(frame.Offset, length)
                : frame.Body.Span;
            var room = new byte[RecordSealer.BytesMax(length)];
            var written = _sealer.Seal(frame.Header, body, room, Now);
            Session.Sealed(frame);
            _outgoing = [.. _outgoing, .. room.AsSpan(0, written)];
        }
    }

    /// <summary>Takes up to so many bytes off the wire.</summary>
    internal byte[] Take(int count = int.MaxValue)
    {
        var bytes = _outgoing[..Math.Min(count, _outgoing.Length)];
        _outgoing = _outgoing[bytes.Length..];
        return bytes;
    }

    internal void Receive(ReadOnlySpan<byte> bytes)
    {
        _incoming = [.. _incoming, .. bytes];
        while (!Broken && TryReceiveOne())
        {
            // Until less than a record is left.
        }
    }

    private bool TryReceiveOne()
    {
        var wanted = _due is { } due ? RecordOpener.SealedBodyBytes(due) : RecordSealer.HeaderBytes;
        if (_incoming.Length < wanted)
        {
            return false;
        }

        var bytes = _incoming[..wanted];
        _incoming = _incoming[wanted..];
        if (_due is { } header)
        {
            _due = null;
            var body = new byte[header.BodyBytes];
            Broken = !_opener.TryOpenBody(bytes, body) || !Handle(header, body);
        }
        else if (!_opener.TryOpenHeader(bytes, out header))
        {
            Broken = true;
        }
        else if (header.BodyBytes > 0)
        {
            _due = header;
        }
        else
        {
            Broken = !Handle(header, []);
        }

        return true;
    }

    private bool Handle(FrameHeader header, byte[] body)
    {
        switch (Session.HandleHeader(header, Now))
        {
            case FrameFate.Close:
                return false;
            case FrameFate.Answer:
                Answers.Add((header, body));
                return true;
            case FrameFate.Control:
                var fine = Session.HandleBody(header, body, Now, out var happened);
                if (happened is not null)
                {
                    Events.Add(happened);
                }

                return fine;
            default:
                return true;
        }
    }
}
