using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Wires;

/// <summary>An end whose messages pass as objects; see <see cref="RecordCost"/>.</summary>
internal sealed class CountedWire(SimNode node, LinkId id, int peer, bool dialed) : IWorldWire
{
    private Dictionary<uint, Asked>? _asked;
    private uint _lastStream = dialed ? uint.MaxValue : 0;
    private int _sent;
    private long _receivedAt = node.Now;
    private bool _isPinging;

    public LinkId Id => id;

    public int Peer => peer;

    public void Send(Message message)
    {
        node.Checks.Sending(node, peer);
        message = node.Adversary?.Send(id, message) ?? message;
        Carry(ArrivalKind.Message, RecordCost.Of(message), 0, message);
    }

    public StreamId? Ask(Request request, Action<Outcome> over, Action<Piece>? came = null)
    {
        node.Checks.Sending(node, peer);
        _asked ??= [];
        if (_asked.Count >= Limits.LinkStreamsMax)
            return null;
        unchecked
        {
            _lastStream += 2;
        }

        _asked.Add(_lastStream, new Asked(request.KindCase, over, came));
        Carry(ArrivalKind.Request, RecordCost.Of(request), _lastStream, request);
        return new StreamId(_lastStream);
    }

    public void Cancel(StreamId stream)
    {
        if (_asked?.Remove(stream.Value, out _) == true)
            Carry(ArrivalKind.Cancel, RecordCost.Reset, stream.Value, null);
    }

    public void Answer(StreamId stream, IReadOnlyList<Piece> pieces)
    {
        node.Checks.Sending(node, peer);
        var answer = node.Adversary is { } adversary ? adversary.Answer(pieces) : pieces;
        if (answer is not null)
            node.Uplink.Add(this, stream.Value, answer);
    }

    public void Refuse(StreamId stream, ResetCode code) =>
        Carry(ArrivalKind.Reset, RecordCost.Reset, stream.Value, code);

    public void Open() => Expect();

    public void Handle(in Arrival arrival)
    {
        if (arrival.Kind == ArrivalKind.Keepalive)
        {
            LookForSilence();
            return;
        }

        (_receivedAt, _isPinging) = (node.Now, false);
        switch (arrival.Kind)
        {
            case ArrivalKind.Message:
                var message = (Message)arrival.Body!;
                node.Meter.Received(message, arrival.Bytes);
                Message? answer = null;
                if (node.Adversary?.Takes(id, message, out answer) != true)
                    node.Take(new Input.MessageReceived(id, message));
                if (answer is not null)
                    Carry(ArrivalKind.Message, RecordCost.Of(answer), 0, answer);
                break;
            case ArrivalKind.Request:
                var request = (Request)arrival.Body!;
                node.Meter.Asked(request.KindCase, arrival.Bytes);
                node.Take(new Input.RequestReceived(id, new StreamId(arrival.Number), request));
                break;
            case ArrivalKind.Answer:
                Collect(arrival, (Portion)arrival.Body!);
                break;
            case ArrivalKind.Reset:
                Finish(arrival, new(null, (ResetCode)arrival.Body!));
                break;
            case ArrivalKind.Cancel:
                node.Uplink.Remove(this, arrival.Number);
                node.Meter.Idled(arrival.Bytes);
                break;
            case ArrivalKind.Ping:
                node.Meter.Idled(arrival.Bytes);
                Carry(ArrivalKind.Pong, RecordCost.Ping, 0, null);
                break;
            default:
                node.Meter.Idled(arrival.Bytes);
                break;
        }
    }

    internal void Deliver(uint stream, Portion portion, int bytes) =>
        Carry(ArrivalKind.Answer, bytes, stream, portion);

    public void End(bool tell)
    {
        node.Uplink.Remove(this, null);
        if (tell)
            Carry(ArrivalKind.Closed, RecordCost.Close, 0, null);
        if (_asked is not { } asked)
            return;
        _asked = null;
        foreach (var (_, ask) in asked.OrderBy(ask => ask.Key))
            ask.Over(Outcome.Lost);
    }

    private void Collect(in Arrival arrival, Portion portion)
    {
        if (_asked?.TryGetValue(arrival.Number, out var ask) != true)
        {
            // What crossed our giving up came all the same.
            node.Meter.Answered(default, arrival.Bytes);
            return;
        }

        ask!.Pieces.Add(portion.Piece);
        ask.Came?.Invoke(portion.Piece);
        if (portion.IsLast)
            Finish(arrival, new(ask.Pieces, default));
        else
            node.Meter.Answered(ask.Kind, arrival.Bytes);
    }

    private void Finish(in Arrival arrival, Outcome outcome)
    {
        if (_asked?.Remove(arrival.Number, out var ask) != true)
        {
            node.Meter.Answered(default, arrival.Bytes);
            return;
        }

        node.Meter.Answered(ask!.Kind, arrival.Bytes);
        ask.Over(outcome);
    }

    private void LookForSilence()
    {
        var idle = (node.Now - _receivedAt) / World.Second;
        if (_isPinging && idle >= Limits.SilenceSeconds)
        {
            node.Lose(id, "silent", tell: false);
            return;
        }

        if (!_isPinging && idle >= Limits.KeepaliveSeconds)
        {
            _isPinging = true;
            Carry(ArrivalKind.Ping, RecordCost.Ping, 0, null);
        }

        Expect();
    }

    private void Expect()
    {
        var seconds = _isPinging ? Limits.SilenceSeconds : Limits.KeepaliveSeconds;
        node.Later(_receivedAt + (seconds * World.Second), ArrivalKind.Keepalive, id.Value, null);
    }

    private void Carry(ArrivalKind kind, int bytes, uint number, object? body) =>
        node.Carry(peer, kind, id.Value, ++_sent, bytes, number, body);

    private sealed record Asked(
        Request.KindOneofCase Kind,
        Action<Outcome> Over,
        Action<Piece>? Came
    )
    {
        internal List<Piece> Pieces { get; } = [];
    }
}
