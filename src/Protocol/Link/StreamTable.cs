using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Link;

/// <summary>What is to become of a frame that came.</summary>
public enum FrameVerdict
{
    Accept,

    /// <summary>It crossed our RESET or END: drop it.</summary>
    Ignore,

    /// <summary>No honest peer sends this: close the link as Malformed.</summary>
    Malformed,
}

/// <summary>
/// Which streams are open, and how much DATA each of ours may still bring. The opener sends OPEN,
/// CREDIT, RESET; the answerer PART, DATA and, always and once, END or RESET: it answers the
/// opener's RESET by its own. So an id is forgotten exactly when nothing more can come on it.
/// </summary>
public sealed class StreamTable(bool dialer)
{
    private readonly Dictionary<StreamId, Ours> _ours = [];
    private readonly HashSet<StreamId> _theirs = [];
    private uint _nextOurs = dialer ? 1u : 2u;
    private uint _lastTheirs;

    /// <summary>Streams that we opened and that are not over, cancelled ones included.</summary>
    public int OursOpen => _ours.Count;

    /// <summary>Streams that the peer opened and we have not ended.</summary>
    public int TheirsOpen => _theirs.Count;

    /// <summary>No id is left: the link has to be made anew.</summary>
    public bool IsExhausted => _nextOurs > uint.MaxValue - 2;

    /// <summary>Whether the id is one that we give.</summary>
    public bool IsOurs(StreamId stream) => (stream.Value % 2 == 1) == dialer;

    /// <summary>Opens a stream with a first credit; false when too many are open.</summary>
    public bool TryOpen(uint credit, out StreamId stream)
    {
        stream = new(_nextOurs);
        if (_ours.Count >= Limits.LinkStreamsMax || IsExhausted)
        {
            return false;
        }

        CheckCredit(credit);
        _ours.Add(stream, new Ours { Credit = credit });
        _nextOurs += 2;
        return true;
    }

    /// <summary>We grant more DATA on a stream of ours; false when it is over.</summary>
    public bool TryGrant(StreamId stream, uint credit)
    {
        if (!_ours.TryGetValue(stream, out var ours) || ours.Cancelled)
        {
            return false;
        }

        CheckCredit(ours.Credit + credit);
        ours.Credit += credit;
        return true;
    }

    /// <summary>
    /// We send RESET on a stream of ours; false when it is over already, so that none is due.
    /// </summary>
    public bool TryCancel(StreamId stream)
    {
        if (!_ours.TryGetValue(stream, out var ours) || ours.Cancelled)
        {
            return false;
        }

        ours.Cancelled = true;
        return true;
    }

    /// <summary>
    /// We send END or RESET on a stream of theirs; false when it is over already.
    /// </summary>
    public bool TryEnd(StreamId stream) => _theirs.Remove(stream);

    /// <summary>A frame's header came; counts its DATA against the credit.</summary>
    public FrameVerdict Handle(FrameHeader header) =>
        header.Type switch
        {
            FrameType.Open => HandleOpen(header.Stream),
            FrameType.Part or FrameType.Data or FrameType.End => HandleAnswer(header),
            FrameType.Credit => IsOurs(header.Stream)
                ? FrameVerdict.Malformed
                : HandleTheirs(header.Stream),
            FrameType.Reset => IsOurs(header.Stream)
                ? HandleAnswer(header)
                : HandleTheirs(header.Stream),
            _ => FrameVerdict.Accept,
        };

    private static void CheckCredit(long credit) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThan(credit, Limits.StreamCreditMax);

    private FrameVerdict HandleOpen(StreamId stream)
    {
        if (IsOurs(stream) || stream.Value <= _lastTheirs || _theirs.Count >= Limits.LinkStreamsMax)
        {
            return FrameVerdict.Malformed;
        }

        _lastTheirs = stream.Value;
        _theirs.Add(stream);
        return FrameVerdict.Accept;
    }

    private FrameVerdict HandleAnswer(FrameHeader header)
    {
        if (!_ours.TryGetValue(header.Stream, out var ours))
        {
            return FrameVerdict.Malformed;
        }

        switch (header.Type)
        {
            case FrameType.Data when header.BodyBytes > ours.Credit:
                return FrameVerdict.Malformed;
            case FrameType.Data:
                ours.Credit -= header.BodyBytes;
                break;
            case FrameType.End or FrameType.Reset:
                _ours.Remove(header.Stream);
                break;
        }

        return ours.Cancelled ? FrameVerdict.Ignore : FrameVerdict.Accept;
    }

    private FrameVerdict HandleTheirs(StreamId stream)
    {
        if (_theirs.Contains(stream))
        {
            return FrameVerdict.Accept;
        }

        return stream.Value <= _lastTheirs ? FrameVerdict.Ignore : FrameVerdict.Malformed;
    }

    private sealed class Ours
    {
        public long Credit { get; set; }

        public bool Cancelled { get; set; }
    }
}
