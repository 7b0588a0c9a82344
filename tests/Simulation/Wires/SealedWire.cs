using System.Diagnostics.CodeAnalysis;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Wires;

/// <summary>An end whose frames are sealed, carried as bytes, opened and parsed as a node does it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "End disposes of all.")]
internal sealed partial class SealedWire : IWorldWire
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

    private void Expect()
    {
        var at = (_session.Deadline - World.Epoch).Ticks / TimeSpan.TicksPerMicrosecond;
        _node.Later(Math.Max(at, _node.Now + 1), ArrivalKind.Keepalive, Id.Value, null);
    }
}
