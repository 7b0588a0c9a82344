using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Circles;

/// <summary>What came over one link: counted, and taken at a bounded rate.</summary>
internal sealed class Inbox(Neighbour from, LinkId link)
{
    // Not the same on all links: those who are told alike would all answer to the same news.
    private readonly int _every =
        Limits.HeadsTakenEvery
        - (int)((uint)link.Value.GetHashCode() % (Limits.HeadsTakenEvery / 2));

    private int _taken;

    /// <summary>Pseudonyms whose deltas told nothing new; to be said with the next count.
    /// </summary>
    internal List<ulong>? Lazy { get; private set; }

    /// <summary>It told what it holds of us; once a link.</summary>
    internal bool HasCompared { get; set; }

    /// <summary>It asked for nodes; once a link.</summary>
    internal bool HasAsked { get; set; }

    /// <summary>When we compare; null: we have begun.</summary>
    internal Instant? ComparesAt { get; set; }

    /// <summary>What it said before that.</summary>
    internal HeadsHave? Have { get; set; }

    internal HeadsAsk? Ask { get; set; }

    /// <summary>False: more came than may be under way.</summary>
    /// <param name="more">Work beside its news, as so many of them.</param>
    internal bool TryTake(int news, int more, Instant now)
    {
        // One that clears only is work too.
        news = Math.Max(1, news);
        from.HeadRate ??= new TokenBucket(Limits.HeadsPerSecond, Limits.HeadsBurst, now);
        from.HeadRate.Charge(news + more, now);
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
        from.HeadRate is { } bucket && (_taken >= _every || Lazy is not null)
            ? bucket.When(0, now)
            : null;

    internal (int Taken, List<ulong> Lazy) SayTaken()
    {
        var said = (_taken, Lazy ?? []);
        (_taken, Lazy) = (0, null);
        return said;
    }
}
