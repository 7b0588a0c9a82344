using System.Diagnostics.CodeAnalysis;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Wires;

/// <summary>An end whose frames are sealed, carried as bytes, opened and parsed as a node does it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "End disposes of all.")]
internal sealed class SealedWire : IWorldWire
{
    private readonly SimNode _node;
    private readonly ICarrier _carrier;
    private readonly LinkSession<byte[]> _session;
    private readonly RecordSealer _sealer;
    private readonly RecordReader _reader;
    private readonly Dictionary<StreamId, Asked> _asked = [];
    private readonly SortedDictionary<uint, SealedFlow> _flows = [];
    private bool _isPumping;
    private bool _isOver;

    /// <param name="keys">Its own from here on.</param>
    internal SealedWire(
        SimNode node,
        LinkId id,
        int peer,
        bool dialed,
        LinkKeys keys,
        bool padded,
        ICarrier carrier
    )
    {
        (_node, Id, Peer, _carrier) = (node, id, peer, carrier);
        _session = new LinkSession<byte[]>(dialed, node.Clock, _ => { });
        _sealer = new RecordSealer(keys.Send, padded, node.Clock);
        _reader = new RecordReader(new RecordOpener(keys.Receive));
    }

    public LinkId Id { get; }

    public int Peer { get; }

    public void Send(Message message)
    {
        message = _node.Adversary?.Send(Id, message) ?? message;
        _session.TrySend(message);
        Pump();
    }

    public StreamId? Ask(
        Request request,
        Action<Outcome> over,
        Action<Piece>? came = null,
        int credit = Limits.StreamCreditMax
    )
    {
        if (_isOver || !_session.TryOpen(request, (uint)credit, out var stream))
            return null;
        _asked.Add(stream, new Asked(request, over, came));
        Pump();
        return stream;
    }

    public void Grant(StreamId stream, int bytes)
    {
        _session.TryGrant(stream, (uint)bytes);
        Pump();
    }

    public void Cancel(StreamId stream)
    {
        if (_asked.Remove(stream))
            _session.TryCancel(stream);
        Pump();
    }

    public void Answer(StreamId stream, IReadOnlyList<Piece> pieces)
    {
        var answer = _node.Adversary is { } adversary ? adversary.Answer(pieces) : pieces;
        if (answer is null)
            return;
        var flow = FlowOf(stream);
        foreach (var piece in Piece.Runs(answer))
            flow.Put(piece);
        flow.End();
    }

    public IFlow Begin(StreamId stream, Action<int> left, Action gone)
    {
        var flow = FlowOf(stream);
        (flow.HasLeft, flow.Gone) = (left, gone);
        return flow;
    }

    public void Refuse(StreamId stream, ResetCode code)
    {
        _flows.Remove(stream.Value);
        _session.TryRefuse(stream, code);
        Pump();
    }

    public void Open() => Expect();

    public void Handle(in Arrival arrival)
    {
        if (arrival.Kind != ArrivalKind.Keepalive)
        {
            _node.Meter.Unopened(arrival.Bytes);
            Receive((ReadOnlyMemory<byte>)arrival.Body!);
            return;
        }

        if (!_session.HandleTime(_node.Clock))
        {
            _node.Lose(Id, "silent", tell: false);
            return;
        }

        Pump();
        Expect();
    }

    public void End(bool tell)
    {
        _isOver = true;
        _session.Clear();
        if (tell && _session.TryClose(CloseCode.Bye))
            TrySealOne();
        _carrier.End(tell);
        _sealer.Dispose();
        _reader.Dispose();
        var asked = _asked.OrderBy(one => one.Key.Value).Select(one => one.Value).ToArray();
        SealedFlow[] flows = [.. _flows.Values];
        _asked.Clear();
        _flows.Clear();
        foreach (var one in asked)
            one.Over(Outcome.Lost);
        foreach (var flow in flows)
            flow.Gone();
    }

    /// <summary>Bytes came, in any cut.</summary>
    internal void Receive(ReadOnlyMemory<byte> bytes)
    {
        _reader.Add(bytes.Span);
        while (!_isOver && _reader.TryRead(out var header, out var body))
        {
            if (!Handle(header, body))
            {
                _node.Lose(Id, "malformed", tell: true);
                return;
            }
        }

        if (!_isOver && _reader.IsBroken)
            _node.Lose(Id, "not authentic", tell: true);
        Pump();
    }

    /// <summary>Seals what may go, as long as the carrier takes it.</summary>
    internal void Pump()
    {
        // What it sends may call back; the loop that runs already goes on with it.
        if (_isPumping)
            return;
        _isPumping = true;
        var isEmpty = false;
        while (!_isOver && !isEmpty && _carrier.HasRoom)
        {
            Feed();
            isEmpty = !TrySealOne();
        }

        _isPumping = false;
        if (_isOver)
            return;
        if (_session.Closing is { } why)
            _node.Lose(Id, why.ToString(), tell: true);
        else if (!isEmpty)
            _carrier.Want();
    }

    private bool TrySealOne()
    {
        if (!_session.TryPoll(out var frame))
            return false;
        var (header, record) = (
            frame.Header,
            new byte[RecordSealer.BytesMax(frame.Header.BodyBytes)]
        );
        var bytes = _sealer.Seal(header, frame.Body.Span, record, _node.Clock);
        _session.Sealed(frame);
        _carrier.Send(header.Type, record.AsMemory(0, bytes));
        if (header.Type == FrameType.End)
            _flows.Remove(header.Stream.Value);
        else if (
            header.Type == FrameType.Data
            && _flows.TryGetValue(header.Stream.Value, out var flow)
        )
            flow.HasLeft(header.BodyBytes);
        return true;
    }

    private SealedFlow FlowOf(StreamId stream)
    {
        if (!_flows.TryGetValue(stream.Value, out var flow))
            _flows.Add(stream.Value, flow = new SealedFlow(this, stream));
        return flow;
    }

    // The session bounds what waits in it; the rest waits here.
    private void Feed()
    {
        foreach (var (stream, flow) in _flows)
        {
            var id = new StreamId(stream);
            if (_session.WaitingBytes(id) is null)
                flow.Waiting.Clear();
            while (flow.Waiting.TryPeek(out var piece))
            {
                var bytes = piece.Bytes;
                var isTaken = piece.Type switch
                {
                    FrameType.Part => _session.TryPart(id, bytes),
                    FrameType.Data => _session.TryData(id, bytes),
                    _ => _session.TryEnd(id),
                };
                if (!isTaken)
                    break;
                flow.Waiting.Dequeue();
            }
        }
    }

    private bool Handle(FrameHeader header, ReadOnlyMemory<byte> body)
    {
        switch (_session.HandleHeader(header, _node.Clock))
        {
            case FrameFate.Close:
                return false;
            case FrameFate.Answer:
                HandleAnswer(header, body);
                return true;
            case FrameFate.Control:
                var isFine = _session.HandleBody(header, body.Span, _node.Clock, out var happened);
                if (happened is not null)
                    Handle(happened);
                return isFine;
            default:
                return true;
        }
    }

    private void Handle(LinkEvent happened)
    {
        switch (happened)
        {
            case LinkEvent.Told told:
                Say(told.Message);
                Message? answer = null;
                if (_node.Adversary?.Takes(Id, told.Message, out answer) != true)
                    _node.Take(new Input.MessageReceived(Id, told.Message));
                if (answer is not null)
                    _session.TrySend(answer);
                break;
            case LinkEvent.Asked asked:
                Say(asked.Request);
                if (_node.Adversary?.Takes(this, asked.Stream, asked.Request) != true)
                    _node.Take(new Input.RequestReceived(Id, asked.Stream, asked.Request));
                break;
            case LinkEvent.Cancelled cancelled:
                if (_flows.Remove(cancelled.Stream.Value, out var flow))
                    flow.Gone();
                break;
            default:
                _node.Lose(Id, "closed", tell: false);
                break;
        }
    }

    // For who reads a trace: records say nothing.
    private void Say(object what)
    {
        if (_node.Trace.HasLines)
            _node.Trace.Say(_node.Now, $"{Trace.Name(Id.Value)} {Words.Of(what)}");
    }

    private void HandleAnswer(FrameHeader header, ReadOnlyMemory<byte> body)
    {
        if (!_asked.TryGetValue(header.Stream, out var asked))
            return;
        switch (header.Type)
        {
            case FrameType.End:
                _asked.Remove(header.Stream);
                asked.Finish();
                break;
            case FrameType.Reset:
                _asked.Remove(header.Stream);
                asked.Over(new(null, (ResetCode)body.Span[0]));
                break;
            default:
                asked.Take(new Piece(header.Type, body));
                break;
        }
    }

    private void Expect()
    {
        var at = (_session.Deadline - World.Epoch).Ticks / TimeSpan.TicksPerMicrosecond;
        _node.Later(Math.Max(at, _node.Now + 1), ArrivalKind.Keepalive, Id.Value, null);
    }

    // Of circles each delta is one piece, as it was when it was answered.
    private sealed class Asked(Request request, Action<Outcome> over, Action<Piece>? came)
    {
        private readonly List<Piece> _pieces = [];
        private readonly DeltaCutter? _cutter =
            came is not null && request.Circle is not null ? new() : null;

        internal Action<Outcome> Over => over;

        internal void Take(Piece piece)
        {
            if (came is null)
                _pieces.Add(piece);
            else if (_cutter is null || piece.Type != FrameType.Data)
                came(piece);
            else
                foreach (var delta in _cutter.Add(piece.Bytes, request.Circle.Parts == 0))
                    came(Piece.Data(delta));
        }

        internal void Finish()
        {
            if (_cutter?.Rest() is { IsEmpty: false } rest)
                came!(Piece.Data(rest));
            over(new(_pieces, default));
        }
    }
}
