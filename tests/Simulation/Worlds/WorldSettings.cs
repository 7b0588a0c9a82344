using FriendNet.Protocol.Budgets;

namespace FriendNet.Simulation.Worlds;

/// <summary>What makes a world, beside its graph.</summary>
internal sealed record WorldSettings
{
    internal ulong Seed { get; init; } = 1;

    internal int Threads { get; init; } = 1;

    internal int Horizon { get; init; } = 2;

    /// <summary>Bytes a second, of each node.</summary>
    internal long UpRate { get; init; } = 2_500_000;

    internal long DownRate { get; init; } = 12_000_000;

    /// <summary>What each node passes on for others.</summary>
    internal Rates Relay { get; init; } = Rates.Unlimited;

    /// <summary>One way, in milliseconds, of each pair of nodes.</summary>
    internal int DelayMin { get; init; } = 10;

    internal int DelayMax { get; init; } = 80;

    /// <summary>Whether links are sealed: handshakes, records and parsing as between real nodes.
    /// </summary>
    internal bool IsSealed { get; init; }

    /// <summary>Whether nodes keep on disk what a crash is to leave.</summary>
    internal bool IsDurable { get; init; }

    /// <summary>Whether a catalog that was taken is kept by its holders alone, not by the world.
    /// </summary>
    internal bool IsForgetful { get; init; }

    /// <summary>Whether the trace hashes all bytes, not only their number.</summary>
    internal bool IsTraceDeep { get; init; }
}
