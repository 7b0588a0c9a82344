using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Wires;

namespace FriendNet.Simulation.Nodes;

/// <summary>
/// One direction through a relay: what comes on a stream of one link leaves as an answer on
/// another.
/// </summary>
internal sealed class Passage(SimNode node, Lease lease)
{
    private readonly PathWindow _window = new(Limits.PathWindowBytes, Limits.RelayFirstBytes);
    private IWorldWire? _from;
    private StreamId _asked;
    private IFlow? _out;
    private bool _isOver;

    internal required Action<int> Came { get; init; }

    /// <summary>Bytes that came.</summary>
    internal long Moved { get; private set; }

    /// <param name="over">Whether all was said; and if not, why.</param>
    internal StreamId? Ask(IWorldWire from, Request request, Action<bool, ResetCode> over)
    {
        _from = from;
        var stream = from.Ask(request, Over, Take, Limits.RelayFirstBytes);
        _asked = stream ?? default;
        return stream;

        void Over(Outcome outcome)
        {
            _from = null;
            over(outcome.Pieces is not null, outcome.Code);
        }
    }

    internal void Answer(IWorldWire to, StreamId stream, Action gone) =>
        _out = to.Begin(stream, Left, gone);

    /// <summary>There may be more to grant.</summary>
    internal void Grant()
    {
        var owed = _isOver || _from is null ? 0 : _window.Owed;
        var granted = owed == 0 ? 0 : lease.Take(owed);
        if (granted == 0)
            return;
        _window.Granted(granted);
        _from!.Grant(_asked, granted);
    }

    /// <summary>All that came is to leave, and the end after it.</summary>
    internal void End() => _out?.End();

    /// <summary>Nothing more is wanted of the one who sends.</summary>
    internal void Cancel()
    {
        _isOver = true;
        _from?.Cancel(_asked);
    }

    internal void Reset(ResetCode code)
    {
        Cancel();
        _out?.Reset(code);
    }

    /// <summary>Memory is gone: nobody hears of it.</summary>
    internal void Drop() => _isOver = true;

    private void Take(Piece piece)
    {
        if (_isOver)
            return;
        Moved += piece.Bytes.Length;
        Came(piece.Bytes.Length);
        var bytes = node.Adversary is { } adversary ? adversary.Relay(piece.Bytes) : piece.Bytes;
        if (bytes is { } passed)
            _out?.Put(passed);
    }

    private void Left(int bytes)
    {
        _window.Left(bytes);
        Grant();
    }
}
