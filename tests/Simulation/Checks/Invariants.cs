using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Checks;

/// <summary>Something happened that must not, whatever others do.</summary>
internal sealed class InvariantException(string what, int node, long at)
    : Exception($"{what} (node {node}, at {at / (double)World.Second:F3} s)")
{
    internal int Node => node;
}

/// <summary>What is checked while a world runs.</summary>
internal sealed class Invariants(World world)
{
    /// <summary>Something leaves a node for another: only for a friend.</summary>
    internal void Sending(SimNode node, int peer)
    {
        if (!world.Graph.AreFriends(node.Number, peer))
            throw new InvariantException($"sends to a stranger, {peer}", node.Number, node.Now);
    }
}
