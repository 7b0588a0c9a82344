using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Contents;
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
    /// <summary>A circle catalog was taken: its owner is within the horizon, and made it.
    /// </summary>
    internal void Learned(SimNode node, FriendId from, SignedHead head, Volume volume)
    {
        if (world.OwnerOf(head.Pseudonym) is not { } owner)
            return;
        if (!world.IsGenuine(head))
            throw new InvariantException("holds a head that was forged", node.Number, node.Now);
        if (volume.Head.Root != head.Head.Content.Root)
            throw new InvariantException("holds what no head says", node.Number, node.Now);
        if (!world.Graph.AreWithin(owner, node.Number, head.Head.Horizon))
            throw new InvariantException(
                $"learned of {owner}, too far, from {SimNode.NumberOf(from)}",
                node.Number,
                node.Now
            );
    }

    /// <summary>A slice came, and is right: the node is one whom its owner lets have it.
    /// </summary>
    internal void Received(SimNode node, int from, ContentId content)
    {
        var card = world.Files[content];
        if (card.Owner != node.Number && !card.Readers.Contains(node.Number))
            throw new InvariantException(
                $"was given a file of {card.Owner} that is for others, by way of {from}",
                node.Number,
                node.Now
            );
    }

    /// <summary>A file is whole: it is the one that was wanted.</summary>
    internal void Finished(SimNode node, SimTransfer transfer)
    {
        if (FileText.IdOf(transfer.Bytes) != transfer.Content)
            throw new InvariantException("finished another file", node.Number, node.Now);
    }

    /// <summary>Something leaves a node for another: only for a friend.</summary>
    internal void Sending(SimNode node, int peer)
    {
        if (!world.Graph.AreFriends(node.Number, peer))
            throw new InvariantException($"sends to a stranger, {peer}", node.Number, node.Now);
    }
}
