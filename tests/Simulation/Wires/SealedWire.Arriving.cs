using FriendNet.Protocol.Events;
using FriendNet.Protocol.Link;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Wires;

/// <summary>What becomes of the bytes that came.</summary>
internal sealed partial class SealedWire
{
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
