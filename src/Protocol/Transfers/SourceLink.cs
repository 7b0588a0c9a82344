using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>A link as a source: how much is asked of it at once.</summary>
internal sealed class SourceLink(LinkId id, SourceId source, Carrier carrier)
{
    /// <summary>Fetches of one that is not measured yet, if it is the only one.</summary>
    internal const int WindowFirst = 4;

    private const int WindowMin = 2;

    /// <summary>So many more at once for each that came since it was idle.</summary>
    private const int WindowGrowth = 2;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private const double MarginSeconds = 0.05;
    private const double PatienceSecondsMin = 3;
    private const double PatienceTimes = 4;

    /// <summary>Who takes longer for a slice keeps nothing that others have.</summary>
    private const double SliceSecondsMax = 120;

    /// <summary>What comes is told each second: twice at least makes a rate.</summary>
    private const double RateSeconds = 2;

    /// <summary>A link that brings less than this part of all is slow.</summary>
    private const double SlowPart = 0.1;

    /// <summary>What a slow one is asked for at once takes about so long.</summary>
    private const double SlowSeconds = 1;

    /// <summary>Fetches that ended well since it was idle.</summary>
    private int _came;

    internal LinkId Id => id;

    internal SourceId Source => source;

    internal Carrier Carrier => carrier;

    internal Pace Pace { get; } = new();

    internal Dictionary<FetchId, Fetching> Fetches { get; } = [];

    /// <summary>Whether something is still to come; else it may only be to be written.</summary>
    internal bool Owes => Fetches.Values.Any(fetch => fetch.CameAt is null);

    /// <summary>Those of them that are asked beside the window.</summary>
    internal int Prompts { get; set; }

    /// <summary>Those that count against it.</summary>
    internal int InWindow => Fetches.Count - Prompts;

    /// <summary>Bytes of all slices that came over it, or of fetches all of which came.</summary>
    internal long Delivered { get; set; }

    /// <summary>When it was last heard of, or first asked again.</summary>
    internal Instant Heard { get; set; }

    /// <summary>When it last settled a slice, or was first asked again: bytes alone are no end.
    /// </summary>
    internal Instant Brought { get; set; }

    /// <summary>Bytes that were said to have come since.</summary>
    internal long Came { get; set; }

    /// <summary>Which fetch of all was the last one asked of it.</summary>
    internal long AskedAt { get; set; }

    /// <summary>Fetches in a row that failed as a whole.</summary>
    internal int Failures { get; set; }

    /// <summary>Silences in a row, without a slice in between, and the first of them.</summary>
    internal int Silences { get; set; }

    internal Instant SilentSince { get; set; }

    /// <summary>Not asked before this moment.</summary>
    internal Instant RestUntil { get; set; }

    /// <summary>It brings what a reader waits for, and is asked nothing else.</summary>
    internal bool IsHeld { get; set; }

    /// <summary>Fetches that keep a link busy: its rate times its delay, and a margin.</summary>
    internal static int WindowOf(double bytesPerSecond, double delaySeconds)
    {
        var bytes = bytesPerSecond * ((2 * delaySeconds) + MarginSeconds);
        var fetches = Math.Min(bytes / Limits.FetchBytesMax, Limits.LinkFetchesMax);
        return Math.Clamp((int)fetches + WindowMin, WindowMin, Limits.LinkFetchesMax);
    }

    /// <summary>Fetches at once; beside the rest as many again of what is read.</summary>
    /// <param name="all">Bytes a second of all links.</param>
    /// <param name="isAlone">There is no other link.</param>
    internal int Window(double all, bool isAlone)
    {
        var first = isAlone ? WindowFirst : WindowMin;
        if (!Pace.IsKnown)
            return first;
        return IsSlow(all)
            ? 1
            : Math.Min(
                WindowOf(Pace.BytesPerSecond, Pace.DelaySeconds),
                first + (WindowGrowth * Math.Min(_came, Limits.LinkFetchesMax))
            );
    }

    internal bool HasRoom(Instant now, double all, bool isAlone) =>
        !IsHeld && RestUntil <= now && InWindow < Window(all, isAlone) && carrier.HasRoom;

    internal bool HasPromptRoom(Instant now) => RestUntil <= now && Prompts < Limits.LinkPromptsMax;

    /// <summary>Bytes to ask for at once.</summary>
    internal int FetchBytes(double all) =>
        IsSlow(all)
            ? (int)Math.Min(Pace.BytesPerSecond * SlowSeconds, Limits.FetchBytesMax)
            : Limits.FetchBytesMax;

    internal bool IsSlow(double all) => Pace.IsKnown && Pace.BytesPerSecond < all * SlowPart;

    /// <summary>Silent so long, what it owes is better asked of somebody else.</summary>
    internal TimeSpan Patience =>
        TimeSpan.FromSeconds(
            Pace.IsKnown
                ? Math.Clamp(
                    Pace.SecondsFor(Limits.FetchBytesMax) * PatienceTimes,
                    PatienceSecondsMin,
                    Limits.FetchSilenceSeconds
                )
                : Limits.FetchSilenceSeconds
        );

    /// <summary>What is owed takes so long as bytes come now, since the last slice; 0: unknown.
    /// </summary>
    internal double SecondsAsNow(long owed)
    {
        var seconds = (Heard - Brought).TotalSeconds;
        return seconds < RateSeconds || Came == 0 ? 0 : (owed - Came) * seconds / Came;
    }

    /// <summary>Bytes come, but for so long so few that a slice would take minutes.</summary>
    internal bool Trickles(Instant now)
    {
        var seconds = (now - Brought).TotalSeconds;
        // Who sends nothing is silent; or all of it came, and waits for our own disk.
        return seconds >= Limits.FetchSilenceSeconds
            && Came > 0
            && Came * SliceSecondsMax < Limits.FetchBytesMax * seconds;
    }

    /// <summary>It is asked again, and owes nothing.</summary>
    internal void Begin(Instant now)
    {
        if (now - Heard > Idle)
        {
            _came = 0;
            Pace.Doubt();
        }

        (Heard, Brought, Came) = (now, now, 0);
    }

    /// <summary>A fetch ended well: learn from it.</summary>
    internal void Measure(Fetching fetch, Instant now)
    {
        Failures = 0;
        _came++;
        // What then waited for our disk says nothing of the link.
        var seconds = Math.Max(((fetch.CameAt ?? now) - fetch.Asked).TotalSeconds, 1e-6);
        Pace.LearnDelay(seconds, fetch.Bytes);
        // In the time that little takes, one run more or less is all the difference.
        if (!fetch.IsPrompt)
            Pace.Learn((fetch.DeliveredThen ?? Delivered) - fetch.DeliveredBefore, seconds);
    }

    /// <summary>A fetch was given up, as another had brought all of it.</summary>
    internal void MeasureLate(Fetching fetch, Instant now)
    {
        if (fetch.IsPrompt)
            return;
        var most = Delivered - fetch.DeliveredBefore + fetch.Bytes;
        Pace.LearnLate(most, (now - fetch.Asked).TotalSeconds);
    }
}
