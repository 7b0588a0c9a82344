using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Foresees when what is asked will come, for readers and for the end of a transfer: what is
/// worth asking of whom, and what is late.
/// </summary>
internal static class Lateness
{
    /// <summary>Late is what will take so many times as long as another would.</summary>
    private const double Times = 2;

    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Whether a slow link can bring a run before the others have brought all the rest.
    /// </summary>
    internal static bool IsWorth(SourceLink link, Wanted wanted, Sources sources)
    {
        if (!link.IsSlow(sources.BytesPerSecond))
            return true;
        var rate = 0.0;
        foreach (var other in sources.Links)
        {
            if (other != link && other.Fetches.Values.Any(one => one.Transfer == wanted))
                rate += other.Pace.BytesPerSecond;
        }

        var own = link.Pace.SecondsFor(Math.Min(Limits.FetchBytesMax, wanted.MissingBytes));
        return rate == 0 || own < wanted.MissingBytes / rate;
    }

    /// <summary>
    /// Runs that others owe and this link would bring much sooner, the latest first.
    /// </summary>
    /// <param name="next">When more of them will be late, if nothing comes.</param>
    internal static List<int> Of(
        SourceLink link,
        Wanted wanted,
        Sources sources,
        Instant now,
        ref Instant? next
    )
    {
        List<(double Left, Fetching Fetch)> late = [];
        foreach (var fetch in sources.Fetches)
        {
            if (fetch.Transfer != wanted || fetch.Link == link || fetch.IsCancelled)
                continue;
            if (wanted.HasSingle(fetch) && IsLate(fetch, link, now, ref next))
                late.Add((Left(fetch, now), fetch));
        }

        late.Sort((a, b) => b.Left.CompareTo(a.Left));
        return [.. late.SelectMany(one => one.Fetch.Open()).Select(wanted.RunOf)];
    }

    /// <summary>Whether another link would bring much sooner what a fetch owes.</summary>
    /// <param name="next">When it will be late, if nothing comes.</param>
    internal static bool IsLate(Fetching fetch, SourceLink other, Instant now, ref Instant? next)
    {
        var seconds = Times * other.Pace.SecondsFor(Owed(other, null) + Limits.FetchBytesMax);
        if (Left(fetch, now) > seconds)
            return true;
        var since = fetch.Link.Pace.IsKnown ? fetch.Link.Heard : fetch.Asked;
        var at = since + TimeSpan.FromSeconds(seconds) + Margin;
        if (at > now)
            next = Instant.Earliest(next, at);
        return false;
    }

    private static double Left(Fetching fetch, Instant now)
    {
        // It is here, and waits for our own disk.
        if (fetch.CameAt is not null)
            return 0;
        var link = fetch.Link;
        var owed = fetch.IsPrompt ? fetch.Owed : Owed(link, fetch.Id);
        var silence = (now - link.Heard).TotalSeconds;
        var foreseen = link.Pace.IsKnown
            ? link.Pace.SecondsFor(owed)
            // Nothing is known but that it is not here yet.
            : (now - fetch.Asked).TotalSeconds;
        return Math.Max(Math.Max(silence, foreseen), link.SecondsAsNow(owed));
    }

    /// <summary>Bytes that it owes up to that fetch; null: all.</summary>
    private static long Owed(SourceLink link, FetchId? upTo)
    {
        var bytes = 0L;
        foreach (var fetch in link.Fetches.Values)
        {
            if (upTo is not { } last || fetch.Id.Value <= last.Value)
                bytes += fetch.Owed;
        }

        return bytes;
    }
}
