using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Budgets;

/// <summary>
/// Who may send bulk bytes, and how many. Each link has a turn; those that wait are given a piece
/// of a few milliseconds, friend after friend, whoever was served longest ago first: so all get
/// the same, and what one leaves goes to the others. Relayed bytes wait while own ones do, but for
/// one piece after <see cref="Limits.BulkBurstMax"/>. For one thread at a time.
/// </summary>
public sealed class UploadTurns(Instant now)
{
    private readonly Dictionary<FriendId, UploadShare> _shares = [];
    private readonly List<UploadTurn> _waiting = [];
    private Rates _rates = Rates.Unlimited;
    private TokenBucket? _total;
    private Instant _now = now;
    private int _ownBurst;
    private long _served;

    /// <summary>Bytes charged since the start, held or not.</summary>
    public long Charged { get; private set; }

    /// <summary>Other limits hold from now on.</summary>
    public void Set(Rates rates, Instant now)
    {
        (_rates, _now) = (rates, now);
        _total = rates.Total is { } total ? Bucket(total) : null;
        foreach (var share in _shares.Values)
        {
            Set(share);
        }
    }

    /// <summary>A link is up.</summary>
    public UploadTurn Add(FriendId friend, Instant now)
    {
        _now = now;
        if (!_shares.TryGetValue(friend, out var share))
        {
            _shares.Add(friend, share = new UploadShare(friend));
        }

        var turn = new UploadTurn(share);
        share.Turns.Add(turn);
        Set(share);
        return turn;
    }

    /// <summary>A link is gone; what it did not use goes to others.</summary>
    public void Remove(UploadTurn turn, Instant now)
    {
        Return(turn, now);
        _waiting.Remove(turn);
        turn.Share.Turns.Remove(turn);
        // Else who comes back at once would begin with a full bucket.
        if (turn.Share.Turns.Count == 0 && turn.Share.Bucket is null)
        {
            _shares.Remove(turn.Share.Friend);
        }
    }

    /// <summary>Bytes that went out whatever the limits are: others wait for them.</summary>
    public void Charge(UploadTurn turn, long bytes, Instant now)
    {
        Charged += bytes;
        turn.Share.Bucket?.Charge(bytes, now);
        _total?.Charge(bytes, now);
    }

    /// <summary>It waits for a piece.</summary>
    /// <param name="isOwn">Whether not only relayed bytes wait.</param>
    public void Want(UploadTurn turn, bool isOwn)
    {
        turn.IsOwn = isOwn;
        if (!_waiting.Contains(turn))
        {
            _waiting.Add(turn);
        }
    }

    /// <summary>It waits no more, and leaves what it did not use to others.</summary>
    public void Return(UploadTurn turn, Instant now)
    {
        _waiting.Remove(turn);
        Charge(turn, -turn.TakeAll(), now);
    }

    /// <summary>Gives what there is to those who wait.</summary>
    public void Give(Instant now, List<UploadTurn> given)
    {
        _now = now;
        while (TotalHasRoom && Next() is { } turn)
        {
            var piece = Piece(turn.Share);
            _waiting.Remove(turn);
            turn.Share.ServedAt = ++_served;
            turn.Add(piece);
            Charge(turn, piece, now);
            given.Add(turn);
        }
    }

    /// <summary>When <see cref="Give"/> can give more; null: nobody waits.</summary>
    public Instant? Deadline(Instant now)
    {
        Instant? first = null;
        foreach (var turn in _waiting)
        {
            var at = turn.Share.Bucket?.When(PieceOf(turn.Share.Rate), now) ?? now;
            first = first < at ? first : at;
        }

        var total = _total?.When(PieceOf(_rates.Total), now) ?? now;
        return first < total ? total : first;
    }

    private bool TotalHasRoom => _total is null || _total.Available(_now) >= PieceOf(_rates.Total);

    private UploadTurn? Next()
    {
        var (own, relayed) = (Next(isOwn: true), Next(isOwn: false));
        if (own is null || (relayed is not null && _ownBurst >= Limits.BulkBurstMax))
        {
            _ownBurst = 0;
            return relayed;
        }

        _ownBurst = relayed is null ? 0 : _ownBurst + 1;
        return own;
    }

    private UploadTurn? Next(bool isOwn)
    {
        UploadTurn? next = null;
        foreach (var turn in _waiting)
        {
            var share = turn.Share;
            if (
                turn.IsOwn == isOwn
                && (next is null || share.ServedAt < next.Share.ServedAt)
                && (share.Bucket is null || share.Bucket.Available(_now) >= PieceOf(share.Rate))
            )
            {
                next = turn;
            }
        }

        return next;
    }

    // The same for all who share a limit, so that turns are shares; a friend with a lower one
    // pays it off.
    private int Piece(UploadShare share) => PieceOf(_rates.Total ?? share.Rate);

    private void Set(UploadShare share)
    {
        var rate = _rates.Of(share.Friend);
        if (rate != share.Rate || share.Bucket is null)
        {
            share.Rate = rate;
            share.Bucket = rate is { } some ? Bucket(some) : null;
        }

        foreach (var turn in share.Turns)
        {
            turn.IsFree = _total is null && share.Bucket is null;
        }
    }

    private TokenBucket Bucket(long rate) =>
        new(rate, rate == 0 ? 0 : Math.Max(PieceOf(rate), rate / Limits.BurstsInSecond), _now);

    private static int PieceOf(long? rate) =>
        (int)
            Math.Clamp(
                (rate ?? long.MaxValue) / Limits.UploadPiecesInSecond,
                Limits.UploadPieceBytesMin,
                Limits.UploadPieceBytesMax
            );
}

/// <summary>One link, as the limits see it.</summary>
public sealed class UploadTurn
{
    private volatile bool _isFree = true;
    private int _left;

    internal UploadTurn(UploadShare share) => Share = share;

    /// <summary>No limit concerns it. For any thread.</summary>
    public bool IsFree
    {
        get => _isFree;
        internal set => _isFree = value;
    }

    /// <summary>Bytes given and not used; below zero: used ahead. For any thread.</summary>
    public int Left => Volatile.Read(ref _left);

    internal UploadShare Share { get; }

    internal bool IsOwn { get; set; }

    /// <summary>Bytes went out. For any thread.</summary>
    public void Use(int bytes) => Interlocked.Add(ref _left, -bytes);

    internal void Add(int bytes) => Interlocked.Add(ref _left, bytes);

    internal int TakeAll() => Interlocked.Exchange(ref _left, 0);
}

/// <summary>What all links of one friend have together.</summary>
internal sealed class UploadShare(FriendId friend)
{
    internal FriendId Friend => friend;

    internal List<UploadTurn> Turns { get; } = [];

    internal long? Rate { get; set; }

    internal TokenBucket? Bucket { get; set; }

    internal long ServedAt { get; set; }
}
