using FriendNet.Node.Links;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Paths;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Paths;

/// <summary>
/// One direction of a path as it comes in: the link's reader decrypts into the ring, and what has
/// left it is granted anew.
/// </summary>
/// <param name="gate">Guards the ring; taken before a link's, never after.</param>
/// <param name="lease">What may be granted; null: as much as has left.</param>
/// <param name="tap">Sees what comes; null: nobody.</param>
internal sealed class Intake(object gate, Ring ring, Lease? lease, RelayTap? tap) : IStreamSink
{
    private readonly int _first = lease is null ? Limits.PathWindowBytes : Limits.RelayFirstBytes;
    private readonly PathWindow _window = new(
        Limits.PathWindowBytes,
        lease is null ? Limits.PathWindowBytes : Limits.RelayFirstBytes
    );
    private Link? _link;
    private StreamId _stream;
    private bool _isOver;

    /// <summary>Under the gate: bytes are in the ring.</summary>
    internal Action Moved { get; init; } = () => { };

    /// <summary>
    /// Outside the gate, once: true when the peer has said all, false when it is lost.
    /// </summary>
    internal Action<bool, ResetCode?> Over { get; init; } = (_, _) => { };

    /// <summary>Bytes that came, whether they could be passed on or not.</summary>
    internal ByteMeter Meter { get; } = new();

    /// <summary>Stream 0: the link is gone or full.</summary>
    internal StreamId Open(Link link, Request request)
    {
        // The reader waits until link and stream are known.
        lock (gate)
        {
            _link = link;
            _stream = _isOver ? default : link.Open(request, _first, this);
            return _stream;
        }
    }

    public Span<byte> DataSpace(int bytes)
    {
        lock (gate)
        {
            return ring.Space(bytes);
        }
    }

    public void DataReceived(int bytes)
    {
        tap?.Note(ring.Last(bytes));
        lock (gate)
        {
            Meter.Add(bytes);
            ring.Commit(bytes);
        }
    }

    public void BatchEnded()
    {
        lock (gate)
        {
            if (!_isOver)
            {
                Moved();
            }
        }
    }

    /// <summary>A path has none.</summary>
    public void Part(ReadOnlySpan<byte> body) { }

    public void Ended() => Finish(isWhole: true, null);

    public void Failed(ResetCode? code) => Finish(isWhole: false, code);

    /// <summary>Under the gate: so many bytes have left the ring.</summary>
    internal void Left(int bytes)
    {
        _window.Left(bytes);
        Grant();
    }

    /// <summary>Under the gate: there may be more to grant.</summary>
    internal void Grant()
    {
        var owed = _isOver ? 0 : _window.Owed;
        var granted = owed == 0 || lease is null ? owed : lease.Take(owed);
        if (granted > 0)
        {
            _window.Granted(granted);
            _link!.Grant(_stream, granted);
        }
    }

    /// <summary>Under the gate: nothing more is wanted, and nobody is told.</summary>
    internal void Cancel()
    {
        if (!_isOver)
        {
            _isOver = true;
            _link?.Cancel(_stream);
        }
    }

    private void Finish(bool isWhole, ResetCode? code)
    {
        lock (gate)
        {
            // A link that breaks between space and bytes fills it never.
            ring.Abandon();
            if (_isOver)
            {
                return;
            }

            _isOver = true;
        }

        Over(isWhole, code);
    }
}
