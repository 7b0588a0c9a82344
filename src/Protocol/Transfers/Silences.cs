using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Links that owe and say nothing, or so little that no slice gets whole. What they owe goes
/// elsewhere: soon if somebody else can bring it; else, of those who say nothing, after
/// <see cref="Limits.FetchSilenceSeconds"/>.
/// </summary>
internal sealed class Silences(Sources sources)
{
    private const int RestSecondsMax = 60;
    private const int InARowMax = 2;
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(Limits.FetchSilenceSeconds);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private readonly List<LinkId> _silenced = [];
    private Instant _lookAgain;

    /// <summary>Links that the last <see cref="Cancel"/> found silent again.</summary>
    internal IReadOnlyList<LinkId> Silenced => _silenced;

    /// <summary>It is not asked for a while, each time longer.</summary>
    internal static void Rest(SourceLink link, Instant now)
    {
        var seconds = Math.Min(1 << Math.Min(link.Failures, 6), RestSecondsMax);
        link.Failures++;
        link.RestUntil = now + TimeSpan.FromSeconds(seconds);
    }

    /// <returns>Whether any link is silent, be it again.</returns>
    internal bool Cancel(Instant now)
    {
        var isAny = false;
        _lookAgain = now + Again;
        _silenced.Clear();
        foreach (var link in sources.Links)
        {
            var silence = now - link.Heard;
            if (!link.Owes || !IsSlack(link, now))
                continue;
            var any = false;
            foreach (var fetch in link.Fetches.Values)
            {
                if (fetch.IsCancelled || fetch.CameAt is not null)
                    continue;
                if (silence < SilenceMax && !MayGoElsewhere(fetch, now))
                    continue;
                sources.Cancel(fetch);
                any = true;
            }

            if (!any && silence < SilenceMax)
                continue;
            Count(link, now);
            isAny = true;
        }

        return isAny;
    }

    /// <summary>When a link may have been silent too long, or has rested.</summary>
    internal Instant? Deadline(Instant now)
    {
        Instant? first = null;
        foreach (var link in sources.Links)
        {
            if (link.RestUntil > now)
                first = Instant.Earliest(first, link.RestUntil);
            if (!link.Owes)
                continue;
            var soon = link.Heard + link.Patience;
            first = Instant.Earliest(first, soon > now ? soon : link.Heard + SilenceMax);
            // Bytes that come are no reason for another look, and somebody else may have come.
            var slice = link.Brought + SilenceMax;
            first = Instant.Earliest(first, slice > now ? slice : _lookAgain);
        }

        return first;
    }

    private static bool IsSlack(SourceLink link, Instant now) =>
        now - link.Heard >= link.Patience || link.Trickles(now);

    private void Count(SourceLink link, Instant now)
    {
        if (link.Silences++ == 0)
            link.SilentSince = link.Heard;
        if (link.Silences >= InARowMax && now - link.SilentSince >= SilenceMax * InARowMax)
            _silenced.Add(link.Id);
        // What is cancelled ends by itself, some time: until then nothing is due at once.
        (link.Heard, link.Brought, link.Came) = (now, now, 0);
        Rest(link, now);
    }

    private bool MayGoElsewhere(Fetching fetch, Instant now)
    {
        foreach (var other in sources.Links)
        {
            if (other == fetch.Link || other.RestUntil > now)
                continue;
            var isHeard = !other.Owes || !IsSlack(other, now);
            if (isHeard && fetch.Transfer.IsOffered(fetch.Slices[0], other.Source))
                return true;
        }

        return false;
    }
}
