using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Budgets;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Checks;

/// <summary>
/// What a node carries for others, of each friend and of all: over any stretch of time no more
/// than its rates give, what a second of them saves up, and what paths were granted before.
/// </summary>
internal sealed class RelayWatch(SimNode node, Rates rates)
{
    private const double FirstBytes = 2.0 * Limits.RelayFirstBytes;
    private readonly Dictionary<int, Level> _friends = [];
    private readonly Level _all = new();

    /// <summary>So many bytes came to be passed on.</summary>
    /// <param name="paths">Carried for that friend now.</param>
    /// <param name="allPaths">Carried for anybody.</param>
    internal void Carried(int friend, int bytes, int paths, int allPaths)
    {
        if (!_friends.TryGetValue(friend, out var level))
            _friends.Add(friend, level = new Level());
        var rate = rates.Of(SimNode.IdOf(node.World, friend));
        Check(level, bytes, rate, paths, $"carries too much for {friend}");
        Check(_all, bytes, rates.Total, allPaths, "carries too much for all");
    }

    private void Check(Level level, int bytes, long? limit, int paths, string what)
    {
        if (limit is not { } rate)
            return;
        var gone = (node.Now - level.At) * (double)rate / World.Second;
        // Of what was granted before the stretch began, a path has so much left at most; what it is
        // granted later comes from the rate.
        if (level.Bytes <= gone)
            level.Paths = Math.Max(paths, level.PathsBefore);
        (level.Bytes, level.At) = (Math.Max(0, level.Bytes - gone) + bytes, node.Now);
        level.PathsBefore = paths;
        var saved = Math.Max(rate, FirstBytes + Limits.FrameBodyBytesMax);
        // A path asks for more when half of what it was granted is used.
        if (level.Bytes > saved + (level.Paths * ((1.5 * saved) + FirstBytes)))
            throw new InvariantException(what, node.Number, node.Now);
    }

    // A vessel that leaks as fast as the rate allows.
    private sealed class Level
    {
        internal double Bytes { get; set; }

        internal long At { get; set; }

        /// <summary>Open when it was empty last.</summary>
        internal int Paths { get; set; }

        internal int PathsBefore { get; set; }
    }
}
