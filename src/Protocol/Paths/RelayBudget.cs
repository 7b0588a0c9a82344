using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Paths;

/// <summary>
/// What is left of the rates for others, and of the paths that a friend may ask for.
/// </summary>
internal sealed class RelayBudget(Rates rates)
{
    /// <summary>What a path begins with, both ways.</summary>
    internal const long FirstBytes = 2L * Limits.RelayFirstBytes;

    /// <summary>What has to be there before a share of it is given.</summary>
    internal const long ShareBytesMin = FirstBytes + Limits.FrameBodyBytesMax;

    private readonly Dictionary<FriendId, TokenBucket> _friends = [];
    private readonly Dictionary<FriendId, TokenBucket> _opens = [];
    private Rates _rates = rates;
    private TokenBucket? _total;

    /// <summary>Other rates from now on.</summary>
    internal void Set(Rates rates)
    {
        _rates = rates;
        _total = null;
        _friends.Clear();
    }

    /// <summary>Who is no friend any more is not kept; one that comes back begins anew.</summary>
    internal void Forget(FriendId friend)
    {
        _friends.Remove(friend);
        _opens.Remove(friend);
    }

    internal bool IsOff(FriendId friend) => _rates.Total == 0 || _rates.Of(friend) == 0;

    /// <summary>Counts one path asked for; false: too many of late.</summary>
    internal bool TryOpen(FriendId friend, Instant now)
    {
        if (!_opens.TryGetValue(friend, out var opens))
        {
            opens = new TokenBucket(Limits.PathOpensPerSecond, Limits.PathOpensBurst, now);
            _opens.Add(friend, opens);
        }

        if (opens.Available(now) < 1)
        {
            return false;
        }

        opens.Charge(1, now);
        return true;
    }

    internal long Available(FriendId friend, Instant now) =>
        Math.Min(Of(friend, now).Available(now), Total(now).Available(now));

    /// <summary>Whether that friend could have a share but for what all have together.</summary>
    internal bool WaitsForTotal(FriendId friend, Instant now) =>
        Of(friend, now).Available(now) >= ShareBytesMin;

    /// <summary>May lead to a debt; less than 0 gives back.</summary>
    /// <param name="friend">Null: it is none any more; what all have together still counts.
    /// </param>
    internal void Charge(FriendId? friend, long bytes, Instant now)
    {
        if (friend is { } one)
        {
            Of(one, now).Charge(bytes, now);
        }

        Total(now).Charge(bytes, now);
    }

    internal Instant When(FriendId friend, long bytes, Instant now)
    {
        var (one, all) = (Of(friend, now).When(bytes, now), Total(now).When(bytes, now));
        return one > all ? one : all;
    }

    private static TokenBucket Bucket(long? rate, Instant now) =>
        new(rate, Math.Clamp(rate ?? 0, ShareBytesMin, Limits.RelayLeaseBytes), now);

    private TokenBucket Total(Instant now) => _total ??= Bucket(_rates.Total, now);

    private TokenBucket Of(FriendId friend, Instant now)
    {
        if (!_friends.TryGetValue(friend, out var bucket))
        {
            _friends.Add(friend, bucket = Bucket(_rates.Of(friend), now));
        }

        return bucket;
    }
}
