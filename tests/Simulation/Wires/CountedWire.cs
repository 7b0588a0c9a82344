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
    private Dictionary<uint, Theirs>? _theirs;
    private uint _lastStream = dialed ? uint.MaxValue : 0;
    private int _sent;
    private long _receivedAt = node.Now;
    private bool _isPinging;

    public LinkId Id => id;

    public int Peer => peer;

    public void Send(Message message)
    {
        message = node.Adversary?.Send(id, message) ?? message;
        Carry(ArrivalKind.Message, RecordCost.Of(message), 0, message);
    }

    public StreamId? Ask(
        Request request,
        Action<Outcome> over,
        Action<Piece>? came = null,
        int credit = Limits.StreamCreditMax
    )
    {
        _asked ??= [];
        if (_asked.Count >= Limits.LinkStreamsMax)
            return null;
        unchecked
        {
            _lastStream += 2;
        }

        _asked.Add(_lastStream, new Asked(request.KindCase, over, came));
        var opening = new Opening(request, credit);
        Carry(ArrivalKind.Request, RecordCost.Of(request), _lastStream, opening);
        return new StreamId(_lastStream);
    }

    public void Grant(StreamId stream, int bytes)
    {
        if (_asked?.ContainsKey(stream.Value) == true)
            Carry(ArrivalKind.Credit, RecordCost.Credit, stream.Value, bytes);
    }

    public void Cancel(StreamId stream)
    {
        if (_asked?.Remove(stream.Value, out _) == true)
            Carry(ArrivalKind.Cancel, RecordCost.Reset, stream.Value, null);
    }

    public void Answer(StreamId stream, IReadOnlyList<Piece> pieces)
    {
        var answer = node.Adversary is { } adversary ? adversary.Answer(pieces) : pieces;
        if (answer is null || _theirs?.TryGetValue(stream.Value, out var theirs) != true)
            return;
        theirs!.Whole = new WholeAnswer(this, stream.Value, answer);
        node.Uplink.Ready(theirs.Whole);
    }

    public IFlow Begin(StreamId stream, Action<int> left, Action gone)
    {
        // One that nobody waits for any more takes what is put and sends nothing.
        var theirs = _theirs?.GetValueOrDefault(stream.Value);
        var flow = theirs?.Flow ?? new CountedFlow(this, stream.Value, theirs?.Credit ?? 0);
        (flow.HasLeft, flow.Gone) = (left, gone);
        if (theirs is null)
            flow.IsOver = true;
        else
            theirs.Flow = flow;
        return flow;
    }

    public void Refuse(StreamId stream, ResetCode code)
    {
        if (Forget(stream.Value) is not null)
            Carry(ArrivalKind.Reset, RecordCost.Reset, stream.Value, code);
    }

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
                var opening = (Opening)arrival.Body!;
                node.Meter.Asked(arrival.Bytes);
                (_theirs ??= []).Add(arrival.Number, new Theirs(opening.Credit));
                var asked = new StreamId(arrival.Number);
                if (node.Adversary?.Takes(this, asked, opening.Request) != true)
                    node.Take(new Input.RequestReceived(id, asked, opening.Request));
                break;
            case ArrivalKind.Answer:
                Collect(arrival, (Portion)arrival.Body!);
                break;
            case ArrivalKind.Reset:
                Finish(arrival, new(null, (ResetCode)arrival.Body!));
                break;
            case ArrivalKind.Cancel:
                node.Meter.Idled(arrival.Bytes);
                HandleCancel(arrival.Number);
                break;
            case ArrivalKind.Credit:
                node.Meter.Idled(arrival.Bytes);
                _theirs?.GetValueOrDefault(arrival.Number)?.Flow?.Grant((int)arrival.Body!);
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

    internal void Ready(ISending sending) => node.Uplink.Ready(sending);

    internal void Deliver(uint stream, Portion portion, int bytes)
    {
        if (portion.IsLast)
            Forget(stream);
        Carry(ArrivalKind.Answer, bytes, stream, portion);
    }

    public void End(bool tell)
    {
        var theirs = _theirs;
        _theirs = null;
        foreach (var (_, answer) in theirs ?? [])
            answer.Stop();
        if (tell)
            Carry(ArrivalKind.Closed, RecordCost.Close, 0, null);
        var asked = _asked;
        _asked = null;
        foreach (var (_, ask) in asked?.OrderBy(ask => ask.Key).ToArray() ?? [])
            ask.Over(Outcome.Lost);
        foreach (var (_, answer) in theirs?.OrderBy(answer => answer.Key).ToArray() ?? [])
            answer.Flow?.Gone();
    }

    // As a session does it: the answerer has the last word on each stream.
    private void HandleCancel(uint stream)
    {
        if (Forget(stream) is not { } theirs)
            return;
        Carry(ArrivalKind.Reset, RecordCost.Reset, stream, ResetCode.Cancelled);
        theirs.Flow?.Gone();
    }

    private Theirs? Forget(uint stream)
    {
        if (_theirs is not { } all || !all.Remove(stream, out var theirs))
            return null;
        if (all.Count == 0)
            _theirs = null;
        theirs.Stop();
        return theirs;
    }

    private void Collect(in Arrival arrival, Portion portion)
    {
        if (_asked?.TryGetValue(arrival.Number, out var ask) != true)
        {
            // What crossed our giving up came all the same.
            node.Meter.Answered(default, arrival.Bytes);
            return;
        }

        if (!portion.IsLast)
            node.Meter.Answered(ask!.Kind, arrival.Bytes);
        if (ask!.Came is null)
            ask.Pieces.Add(portion.Piece);
        else
            ask.Came(portion.Piece);
        if (portion.IsLast)
            Finish(arrival, new(ask.Pieces, default));
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
        node.Line.Carry(peer, kind, id.Value, ++_sent, bytes, number, body);

    private sealed record Asked(
        Request.KindOneofCase Kind,
        Action<Outcome> Over,
        Action<Piece>? Came
    )
    {
        internal List<Piece> Pieces { get; } = [];
    }

    // A request of the other end that is not answered to its end.
    private sealed class Theirs(int credit)
    {
        internal int Credit => credit;

        internal WholeAnswer? Whole { get; set; }

        internal CountedFlow? Flow { get; set; }

        internal void Stop()
        {
            if (Whole is { } whole)
                whole.IsOver = true;
            if (Flow is { } flow)
                flow.IsOver = true;
        }
    }
}
