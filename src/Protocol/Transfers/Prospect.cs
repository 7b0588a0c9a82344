using FriendNet.Protocol.Bounds;

namespace FriendNet.Protocol.Transfers;

/// <summary>A link as readers see it, while their runs are handed out.</summary>
/// <param name="window">Runs for readers at once.</param>
/// <param name="ofNew">Bytes a second that one not measured yet is thought to bring.</param>
/// <param name="wait">Seconds in which it brings nothing.</param>
internal sealed class Prospect(SourceLink link, int window, double ofNew, double wait)
{
    internal SourceLink Link => link;

    /// <summary>Runs that it owes to readers, or that are left for it.</summary>
    internal int Runs { get; set; } = link.Fetches.Values.Count(fetch => fetch.IsRead);

    internal bool HasRoom => Runs < window;

    /// <summary>Whether a run is better left for it than asked of somebody slower.</summary>
    internal bool IsWorthWaiting => HasRoom || link.Pace.IsKnown;

    /// <summary>How long a run more would take, if only what is read were asked.</summary>
    internal double Seconds =>
        Math.Max(
            wait,
            (double)(1 + Runs)
                * Limits.FetchBytesMax
                / (link.Pace.IsKnown ? link.Pace.BytesPerSecond : ofNew)
        );
}
