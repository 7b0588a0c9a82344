using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Wires;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Nodes;

/// <summary>Takes the answer to one fetch, checks each slice, keeps what is right.</summary>
internal sealed class FetchReading(
    SimNode node,
    IWorldWire wire,
    Effect.Fetch fetch,
    SimTransfer transfer,
    IReadOnlyList<RunOfContent> asked
)
{
    private readonly AnswerCheck _answer = new(asked);
    private readonly SliceCheck _check = new();
    private readonly long _askedAt = node.Now;
    private byte[] _slice = [];
    private int _at;
    private long _came;
    private long _toldAt = node.Now;

    /// <returns>False: it is no answer to what was asked.</returns>
    internal bool Take(Piece piece)
    {
        if (piece.Type == FrameType.Part)
            return TakeHeader(piece.Bytes.Span);
        var index = _answer.Index;
        var bytes = piece.Bytes.Span;
        if (bytes.Length > _answer.Remaining)
            return false;
        bytes.CopyTo(_slice.AsSpan(_at));
        _at += bytes.Length;
        _came += bytes.Length;
        if (_answer.Data(bytes.Length) == AnswerStep.Whole)
            Check(index);
        if (node.Now - _toldAt >= World.Second)
        {
            _toldAt = node.Now;
            node.Take(new Input.FetchProgress(fetch.Id, _came));
        }

        return true;
    }

    private bool TakeHeader(ReadOnlySpan<byte> part)
    {
        var index = _answer.Index;
        switch (_answer.Header(part))
        {
            case AnswerStep.NotFound:
                Fail(index, SliceFailure.NotFound);
                return true;
            case AnswerStep.SourceFailed:
                Fail(index, SliceFailure.SourceFailed);
                return true;
            case AnswerStep.Malformed:
                return false;
            default:
                (_slice, _at) = (new byte[_answer.Remaining], 0);
                return true;
        }
    }

    private void Check(int index)
    {
        var run = asked[index];
        if (_check.IsGood(run, _slice, _answer.Proof))
        {
            node.Checks.Received(node, wire, run.Id, _askedAt);
            transfer.Store(run.Run, _slice, _answer.Proof);
            node.Take(new Input.SliceStored(fetch.Id, index));
            return;
        }

        var question = _check.AskLeaves(run, _answer.Proof);
        Fail(index, SliceFailure.Corrupt);
        wire.Ask(
            new Request { Leaves = question.ToRequest() },
            _ => { },
            part => Say(question.FirstBadLeaf(part.Bytes.Span)),
            credit: 0
        );
    }

    private void Say(long leaf) => node.Trace.Say(node.Now, $"was sent a wrong leaf {leaf}");

    private void Fail(int index, SliceFailure why) =>
        node.Take(new Input.SliceFailed(fetch.Id, index, why));
}
