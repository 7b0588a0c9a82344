using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Circles;

/// <summary>What came over one link: counted, and taken at a bounded rate.</summary>
internal sealed class Inbox
{
    private TokenBucket? _bucket;
    private int _taken;

    /// <summary>Pseudonyms whose deltas told nothing new; to be said with the next count.
    /// </summary>
    internal List<ulong>? Lazy { get; private set; }

    /// <summary>It told what it holds of us; once a link.</summary>
    internal bool HasCompared { get; set; }

    /// <summary>It asked for nodes; once a link.</summary>
    internal bool HasAsked { get; set; }

    /// <summary>False: more came than may be under way.</summary>
    internal bool TryTake(int news, Instant now)
    {
        // One that clears only is work too.
        news = Math.Max(1, news);
        _bucket ??= new TokenBucket(Limits.HeadsPerSecond, Limits.HeadsBurst, now);
        _bucket.Charge(news, now);
        _taken += news;
        return _taken <= Limits.HeadsWindowMax;
    }

    internal void SayLazy(ulong tag)
    {
        Lazy ??= [];
        if (Lazy.Count < Limits.CircleWantsMax && !Lazy.Contains(tag))
            Lazy.Add(tag);
    }

    /// <summary>When the count is to be said; null: not yet.</summary>
    internal Instant? TakenAt(Instant now) =>
        _bucket is { } bucket && (_taken >= Limits.HeadsTakenEvery || Lazy is not null)
            ? bucket.When(0, now)
            : null;

    internal (int Taken, List<ulong> Lazy) SayTaken()
    {
        var said = (_taken, Lazy ?? []);
        (_taken, Lazy) = (0, null);
        return said;
    }
}
