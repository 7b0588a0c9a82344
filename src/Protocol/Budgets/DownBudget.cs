using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Budgets;

/// <summary>
/// The limits on what is fetched: nothing is asked for while there is a debt. A fetch is charged
/// when it is asked, and may lead to one; so what is under way beyond the limit is one fetch, and
/// another in small ones, which need not wait until the debt is paid.
/// </summary>
public sealed class DownBudget
{
    private readonly Dictionary<FriendId, TokenBucket> _friends = [];
    private Rates _rates = Rates.Unlimited;
    private TokenBucket? _total;

    public bool IsLimited => _rates.IsLimited;

    /// <summary>Other limits hold from now on.</summary>
    public void Set(Rates rates)
    {
        _rates = rates;
        _total = null;
        _friends.Clear();
    }

    /// <param name="friend">Null: over a path, which only the limit for all concerns.</param>
    /// <param name="debtMax">A debt that is no hindrance.</param>
    public bool HasRoom(FriendId? friend, Instant now, long debtMax = 0) =>
        !IsLimited || (HasRoom(Total(now), now, debtMax) && HasRoom(Of(friend, now), now, debtMax));

    /// <summary>When there is room; null: the limit lets nothing pass.</summary>
    public Instant? When(FriendId? friend, Instant now)
    {
        if (!IsLimited)
            return now;
        var (total, own) = (Total(now), Of(friend, now));
        if (total is { IsShut: true } || own is { IsShut: true })
            return null;
        var at = total?.When(1, now) ?? now;
        return own?.When(1, now) is { } later && later > at ? later : at;
    }

    /// <param name="bytes">Below zero: asked for, and never came.</param>
    public void Charge(FriendId? friend, long bytes, Instant now)
    {
        if (IsLimited)
        {
            Total(now)?.Charge(bytes, now);
            Of(friend, now)?.Charge(bytes, now);
        }
    }

    /// <summary>When the next debt is paid; null: there is none.</summary>
    public Instant? Deadline(Instant now)
    {
        if (_total?.When(1, now) is { } all && all > now)
        {
            return all;
        }

        Instant? first = null;
        foreach (var bucket in _friends.Values)
        {
            var at = bucket.When(1, now);
            first = at > now && (first is null || at < first) ? at : first;
        }

        return first;
    }

    private static bool HasRoom(TokenBucket? bucket, Instant now, long debtMax) =>
        bucket is null || bucket.Available(now) > (bucket.IsShut ? 0 : -debtMax);

    private static TokenBucket Bucket(long rate, Instant now) =>
        new(rate, rate == 0 ? 0 : Math.Max(1, rate / Limits.BurstsInSecond), now);

    private TokenBucket? Total(Instant now) =>
        _total ??= _rates.Total is { } rate ? Bucket(rate, now) : null;

    private TokenBucket? Of(FriendId? friend, Instant now)
    {
        if (friend is not { } known || _rates.Of(known) is not { } rate)
        {
            return null;
        }

        if (!_friends.TryGetValue(known, out var bucket))
        {
            _friends.Add(known, bucket = Bucket(rate, now));
        }

        return bucket;
    }
}
