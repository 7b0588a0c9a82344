using System.Diagnostics.CodeAnalysis;
using FriendNet.Crypto.Noise;
using FriendNet.Node.Blocks;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Links;

/// <summary>
/// One connection after its handshake, to a friend or over a path: a reader thread and a writer
/// thread on a blocking wire, and what they share. Commands are for any thread and never block.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Run disposes of all at its end.")]
public sealed class Link
{
    /// <summary>How long a goodbye may take.</summary>
    internal static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(3);

    private const int ThreadBytes = 256 * 1024;
    private readonly LinkSetting _setting;
    private readonly LinkSession<Block> _session;
    private readonly Dictionary<StreamId, IStreamSink> _sinks = [];
    private readonly LinkAnswers _answers;
    private readonly LinkWriter _writer;
    private readonly Func<LinkId, Input> _announce;
    private readonly Instant _opened;
    private string? _why;
    private bool _over;

    internal Link(LinkId id, LinkStart start, LinkSetting setting)
    {
        Id = id;
        Friend = start.Friend;
        Dialed = start.Dialed;
        RemoteAddress = start.Address;
        Wire = start.Wire;
        Cipher = start.Keys.Cipher;
        _announce = start.Opened;
        _setting = setting;
        _opened = setting.Now();
        _session = new LinkSession<Block>(start.Dialed, _opened, block => block.Return());
        _answers = new LinkAnswers(this, _session, start.Friend ?? start.Carrier ?? default);
        _writer = new LinkWriter(
            this,
            _session,
            new RecordSealer(start.Keys.Send, setting.IsPadded || IsPath, _opened),
            setting.Uploads
        );
        Reader = new LinkReader(this, _session, new RecordOpener(start.Keys.Receive), start);
    }

    public LinkId Id { get; }

    /// <summary>Null: a path, at whose other end is no friend.</summary>
    public FriendId? Friend { get; }

    /// <summary>Whether friends carry it, who learn no more than they must.</summary>
    public bool IsPath => Friend is null;

    /// <summary>Whether this end made the connection.</summary>
    public bool Dialed { get; }

    /// <summary>host:port, as dialed or as the connection came from.</summary>
    public string RemoteAddress { get; }

    /// <summary>What seals its records.</summary>
    public CipherFunction Cipher { get; }

    /// <summary>On the wire, both ways.</summary>
    internal long Bytes => Reader.Meter.Total + _writer.Meter.Total;

    public LinkStatus Status
    {
        get
        {
            lock (Gate)
            {
                return new LinkStatus(
                    Reader.Meter.Total,
                    _writer.Meter.Total,
                    Reader.Meter.Rate,
                    _writer.Meter.Rate,
                    _session.RoundTrip,
                    _session.Pongs,
                    _opened,
                    _session.OursOpen,
                    _session.TheirsOpen,
                    _session.QueuedBytes
                );
            }
        }
    }

    /// <summary>Guards session, sinks and answers.</summary>
    internal Lock Gate { get; } = new();

    internal IWire Wire { get; }

    internal LinkReader Reader { get; }

    internal bool IsOver => _over;

    /// <summary>False: the link is gone or just ended because the friend reads nothing.</summary>
    public bool Send(Message message) => Command(() => _session.TrySend(message));

    /// <summary>
    /// Asks the friend. Stream 0: the link is gone or too much is under way, and the sink hears
    /// nothing.
    /// </summary>
    /// <param name="credit">Bytes of DATA that may come before <see cref="Grant"/>.</param>
    public StreamId Open(Request request, long credit, IStreamSink sink)
    {
        StreamId stream = default;
        Command(() =>
        {
            if (!_session.TryOpen(request, (uint)credit, out stream))
            {
                stream = default;
                return false;
            }

            _sinks.Add(stream, sink);
            return true;
        });
        return stream;
    }

    /// <summary>So many more bytes of DATA may come; nothing where the stream is over.</summary>
    public void Grant(StreamId stream, int bytes) =>
        Command(() => _session.TryGrant(stream, (uint)bytes));

    /// <summary>
    /// Gives a request up: its sink gets no more bytes, and Failed once the friend has heard it.
    /// </summary>
    public void Cancel(StreamId stream) => Command(() => _session.TryCancel(stream));

    /// <summary>The answer to a request that came; one that is over throws when used.</summary>
    public Answer BeginAnswer(StreamId stream) => _answers.Begin(stream);

    /// <summary>Ends a request that came; nothing where it is over.</summary>
    public void Refuse(StreamId stream, ResetCode code) => BeginAnswer(stream).Reset(code);

    /// <summary>Measures the round trip; see <see cref="Status"/>.</summary>
    public void Ping() => Command(() => _session.TryPing(_setting.Now()));

    /// <summary>Says goodbye after the messages sent before, then ends; bounded in time.</summary>
    public void Close(CloseCode code)
    {
        Command(() =>
        {
            _why ??= $"closed by us ({Words(code)})";
            return _session.TryClose(code);
        });
        // A peer that takes a byte now and then would keep the writer from its goodbye for good.
        _ = Task.Delay(CloseTime + CloseTime)
            .ContinueWith(_ => Abandon("closed by us"), TaskScheduler.Default);
    }

    internal static string Words(CloseCode code) =>
        code switch
        {
            CloseCode.Bye => "goodbye",
            CloseCode.Duplicate => "another link to the same friend stays",
            CloseCode.Malformed => "the protocol was broken",
            CloseCode.Idle => "silence",
            CloseCode.Removed => "no friends any more",
            _ => "no known reason",
        };

    /// <summary>
    /// Runs the link on the calling thread, its reader, until it is over; every wait is bounded.
    /// </summary>
    internal void Run()
    {
        var writer = new Thread(_writer.Run, ThreadBytes) { IsBackground = true, Name = "writer" };
        _setting.Post(_announce(Id));
        writer.Start();
        Ping();
        var why = Reader.Run();
        Finish(why, writer);
    }

    /// <summary>A command on the session under the lock; what it queued is sent.</summary>
    internal bool Command(Func<bool> command)
    {
        lock (Gate)
        {
            var done = !_over && command();
            Heed();
            return done;
        }
    }

    /// <summary>Under the lock, after every use of the session.</summary>
    internal void Heed()
    {
        _writer.Wake();
        if (_session.Closing is { } closing)
        {
            Abandon(closing == CloseCode.Idle ? "the friend is silent" : Words(closing));
        }
    }

    /// <summary>No way to go on: both threads end at once.</summary>
    internal void Abandon(string why)
    {
        _why ??= why;
        Wire.Shutdown();
    }

    /// <summary>Under the lock: the sink of one of our requests.</summary>
    internal IStreamSink? Sink(StreamId stream) => _sinks.GetValueOrDefault(stream);

    /// <summary>Under the lock: our request is over.</summary>
    internal IStreamSink? TakeSink(StreamId stream) =>
        _sinks.Remove(stream, out var sink) ? sink : null;

    /// <summary>Under the lock: the peer told, asked, or gave up. True: go on.</summary>
    internal bool Handle(LinkEvent happened)
    {
        switch (happened)
        {
            case LinkEvent.Asked asked:
                _answers.Add(asked.Stream, SendClasses.Of(asked.Request));
                return true;
            case LinkEvent.Cancelled cancelled:
                _answers.Drop(cancelled.Stream);
                return true;
            case LinkEvent.Closed closed:
                _why ??= $"closed by the friend ({Words(closed.Code)})";
                return false;
            default:
                return true;
        }
    }

    /// <summary>Under the lock: frames left the queue.</summary>
    internal void Drained() => _answers.Drained();

    /// <summary>Under the lock: who is to hear of each frame of that answer.</summary>
    internal Action<int>? SentOf(StreamId stream) => _answers.SentOf(stream);

    /// <summary>Under the lock: our answer's END goes out.</summary>
    internal void Answered(StreamId stream) => _answers.Drop(stream);

    /// <summary>
    /// Outside the lock: it may wait, which holds the friend back, as it should.
    /// </summary>
    internal void Tell(LinkEvent happened)
    {
        switch (happened)
        {
            case LinkEvent.Told told:
                _setting.Post(new Input.MessageReceived(Id, told.Message));
                break;
            case LinkEvent.Asked asked:
                _setting.Post(new Input.RequestReceived(Id, asked.Stream, asked.Request));
                break;
        }
    }

    internal Instant Now() => _setting.Now();

    private void Finish(string why, Thread writer)
    {
        IStreamSink[] sinks;
        lock (Gate)
        {
            _over = true;
            why = _why ?? why;
            sinks = [.. _sinks.Values];
            _sinks.Clear();
            _answers.DropAll();
            _session.Clear();
            _writer.Wake();
        }

        Wire.Shutdown();
        if (writer.Join(CloseTime + CloseTime))
        {
            _writer.Dispose();
            Reader.Dispose();
            Wire.Dispose();
        }

        foreach (var sink in sinks)
        {
            sink.Failed(null);
        }

        _setting.Table.Remove(this);
        _setting.Post(new Input.LinkClosed(Id, why, Friend));
    }
}
