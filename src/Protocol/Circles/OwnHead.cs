using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// When a head of ours is to be signed: after a change, after a day without one, under a fresh
/// pseudonym from time to time, and to withdraw what was left behind. One at a time.
/// </summary>
internal sealed class OwnHead(IEntropy entropy, Queue<Effect> effects, int horizon)
{
    private const long MicrosecondsInSecond = 1_000_000;
    private static readonly TimeSpan SigningPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Month = TimeSpan.FromDays(Limits.PseudonymDays);
    private static readonly TimeSpan MonthBlur = TimeSpan.FromDays(3);

    // Pseudonyms that were left, their last versions, and when they are to be withdrawn.
    private readonly List<(PseudonymId Id, long Version, Instant At)> _left = [];
    private SignedHead? _current;
    private CatalogHead _wanted;
    private bool _isWantedKnown;
    private TokenBucket? _bucket;
    private Instant? _signing;
    private Instant _refreshAt;
    private Instant? _rotateAt;

    internal Instant? Deadline { get; private set; }

    /// <summary>The pseudonym in use; null: none.</summary>
    internal PseudonymId? Current => _current?.Pseudonym;

    /// <summary>At start: the last head of each pseudonym that has not expired.</summary>
    /// <param name="since">When the newest was made; null: not known, and drawn so that on the
    /// whole each lives its month, however often the node starts.</param>
    /// <param name="isExposed">Who knew the newest is no friend any more.</param>
    internal void HandleOwn(
        IReadOnlyList<SignedHead> live,
        Instant? since,
        bool isExposed,
        Instant now
    )
    {
        var usable = live.Where(head => !head.IsWithdrawal && !IsAhead(head, now));
        foreach (var head in usable.OrderBy(head => head.Head.Version))
        {
            if (_current is not null)
                Leave(_current, _current.Head.Content == head.Head.Content, now);
            SetCurrent(head, now);
            _rotateAt = since is { } made
                ? made + Lifetime()
                : now + Draw.Between(entropy, TimeSpan.Zero, Month);
        }

        // Some of its day is over: the rest is short, so that a node seldom up changes too.
        if (isExposed)
            RotateWithin(Hour, now);
        Poll(now);
    }

    internal void HandleChanged(CatalogHead? content, Instant now)
    {
        var wanted = content ?? default;
        // What a pseudonym that was left still tells can be had no more.
        for (var i = 0; i < _left.Count && _isWantedKnown && wanted != _wanted; i++)
            _left[i] = _left[i] with { At = now };
        (_wanted, _isWantedKnown) = (wanted, true);
        Poll(now);
    }

    /// <summary>
    /// Signed when our clock was far ahead: nobody takes it, nor what it would be followed by. As
    /// if there were none, since a fresh one is taken.
    /// </summary>
    internal static bool IsAhead(SignedHead head, Instant now) =>
        head.Head.Version > (now.Microseconds / MicrosecondsInSecond) + Limits.HeadSkewSeconds;

    /// <summary>Who knew the pseudonym is no friend any more; when it changes tells nothing.
    /// </summary>
    internal void HandleFriendRemoved(Instant now)
    {
        RotateWithin(Day, now);
        Poll(now);
    }

    internal void HandleSigned(SignedHead head, Instant now)
    {
        _signing = null;
        if (head.IsWithdrawal)
        {
            _left.RemoveAll(left => left.Id == head.Pseudonym);
            if (Current == head.Pseudonym)
                (_current, _rotateAt) = (null, null);
        }
        else
        {
            if (_current is { } old && old.Pseudonym != head.Pseudonym)
                Leave(old, old.Head.Content == head.Head.Content, now);
            if (Current != head.Pseudonym)
                _rotateAt = now + Lifetime();
            SetCurrent(head, now);
        }

        Poll(now);
    }

    internal void Poll(Instant now)
    {
        if (!(_signing > now))
            _signing = null;
        if (_signing is null && Due(now) is { } sign)
        {
            _bucket ??= BucketOf(now);
            // What is taken back waits for nothing; there are no more of these than of others.
            var isBack = sign.Content.Entries == 0;
            if (isBack || _bucket.Available(now) >= Limits.OwnHeadSeconds)
            {
                _bucket.Charge(isBack ? 0 : Limits.OwnHeadSeconds, now);
                // Should no answer come, it is tried again.
                _signing = now + SigningPause;
                effects.Enqueue(sign);
            }
        }

        Deadline = _signing ?? (Due(now) is null ? NextAt() : WhenAllowed(now));
    }

    // A token a second, so many for a head.
    private static TokenBucket BucketOf(Instant now) =>
        new(1, Limits.OwnHeadsBurst * Limits.OwnHeadSeconds, now);

    private Instant WhenAllowed(Instant now) =>
        (_bucket ??= BucketOf(now)).When(Limits.OwnHeadSeconds, now);

    private Effect.SignHead? Due(Instant now)
    {
        foreach (var (id, version, at) in _left)
        {
            if (at <= now)
                return new Effect.SignHead(id, Next(version, now), default, horizon);
        }

        if (!_isWantedKnown)
            return null;
        if (_current is not { } current)
            return _wanted.Entries > 0 ? Fresh(now) : null;
        var isEmpty = _wanted.Entries == 0;
        if (!isEmpty && _rotateAt <= now)
            return Fresh(now);
        var isDue =
            isEmpty
            || _wanted != current.Head.Content
            || current.Head.Horizon != horizon
            || _refreshAt <= now;
        return isDue
            ? new Effect.SignHead(
                current.Pseudonym,
                Next(current.Head.Version, now),
                isEmpty ? default : _wanted,
                horizon
            )
            : null;
    }

    private void RotateWithin(TimeSpan most, Instant now)
    {
        var at = now + Draw.Between(entropy, TimeSpan.Zero, most);
        if (_current is not null && !(_rotateAt < at))
            _rotateAt = at;
    }

    private Effect.SignHead Fresh(Instant now) => new(null, Next(0, now), _wanted, horizon);

    private static long Next(long version, Instant now) =>
        Math.Max(version + 1, now.Microseconds / MicrosecondsInSecond);

    private Instant? NextAt()
    {
        Instant? first = null;
        if (_current is not null && _isWantedKnown)
            first = _rotateAt < _refreshAt ? _rotateAt : _refreshAt;
        foreach (var left in _left)
            first = first < left.At ? first : left.At;
        return first;
    }

    private TimeSpan Lifetime() => Draw.Between(entropy, Month - MonthBlur, Month + MonthBlur);

    private void SetCurrent(SignedHead head, Instant now)
    {
        _current = head;
        var signed = new Instant(head.Head.Version * MicrosecondsInSecond);
        var refresh = TimeSpan.FromHours(Limits.HeadRefreshHours);
        var blur = TimeSpan.FromHours(2);
        _refreshAt =
            (signed < now ? signed : now) + Draw.Between(entropy, refresh - blur, refresh + blur);
    }

    // The new head goes first; this one an hour later, so that they do not name each other.
    private void Leave(SignedHead old, bool isSame, Instant now)
    {
        var (least, most) = (TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(90));
        var at = isSame ? now + Draw.Between(entropy, least, most) : now;
        _left.Add((old.Pseudonym, old.Head.Version, at));
    }
}
