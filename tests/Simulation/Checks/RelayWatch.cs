using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Checks;

/// <summary>
/// What a node lets pass for others, of each friend and of all: over any stretch of time no more
/// than its rates give and what a second of them saves up. A path that is idle may hold what it was
/// given, up to its window; what it never used is given back when it ends.
/// </summary>
internal sealed class RelayWatch(SimNode node, Rates rates)
{
    /// <summary>What a path begins with, both ways.</summary>
    internal const long FirstBytes = 2L * Limits.RelayFirstBytes;

    private const double Rounding = 1_000;
    private readonly Dictionary<int, Level> _friends = [];
    private readonly Level _all = new();

    /// <summary>So much more may pass for that friend; below zero: it is given back.</summary>
    internal void Granted(int friend, long bytes)
    {
        if (!_friends.TryGetValue(friend, out var level))
            _friends.Add(friend, level = new Level());
        var rate = rates.Of(SimNode.IdOf(node.World, friend));
        Check(level, bytes, rate, $"lets too much pass for {friend}");
        Check(_all, bytes, rates.Total, "lets too much pass for all");
    }

    /// <summary>Something came to be passed on.</summary>
    internal void Carried(RelayedPath path)
    {
        if (path.Moved > path.Allowed)
            throw new InvariantException("carries what it did not grant", node.Number, node.Now);
    }

    private void Check(Level level, long bytes, long? limit, string what)
    {
        if (limit is not { } rate)
            return;
        var gone = (node.Now - level.At) * (double)rate / World.Second;
        level.Bytes = Math.Max(0, Math.Max(0, level.Bytes - gone) + bytes);
        level.At = node.Now;
        var saved = Math.Max(rate, FirstBytes + Limits.FrameBodyBytesMax);
        if (level.Bytes > saved + Rounding)
            throw new InvariantException(
                $"{what}: {level.Bytes:F0} B, {saved:F0} at most",
                node.Number,
                node.Now
            );
    }

    // A vessel that leaks as fast as the rate allows.
    private sealed class Level
    {
        internal double Bytes { get; set; }

        internal long At { get; set; }
    }
}
