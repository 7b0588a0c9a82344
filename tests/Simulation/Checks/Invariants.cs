using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Wires;
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
            throw Broken(node, "holds a head that was forged");
        if (volume.Head.Root != head.Head.Content.Root)
            throw Broken(node, "holds what no head says");
        var (now, horizon) = (node.Now, head.Head.Horizon);
        if (!world.Friends.AreWithin(owner, node.Number, horizon, now - World.OnTheWay, now))
            throw Broken(node, $"learned of {owner}, too far, from {SimNode.NumberOf(from)}");
    }

    /// <summary>So many heads are kept that one friend told.</summary>
    internal void Told(SimNode node, FriendId friend, int heads)
    {
        if (heads > Limits.HeadsPerFriendMax)
            throw Broken(node, $"keeps {heads} heads of {SimNode.NumberOf(friend)}");
    }

    /// <summary>So many entries of circles are kept that one friend brought.</summary>
    internal void Brought(SimNode node, FriendId friend, long entries)
    {
        if (entries > Limits.CircleEntriesPerFriendMax)
            throw Broken(node, $"keeps {entries} entries of {SimNode.NumberOf(friend)}");
    }

    /// <summary>A friend's catalog was taken: it is not too large, and all in it is for this node.
    /// </summary>
    /// <param name="askedAt">What it might see then may be on its way.</param>
    internal void Shown(SimNode node, int friend, Volume volume, long askedAt)
    {
        // Who exchanges its answers may show anybody what is its own.
        if (world.Nodes[friend].Adversary is not null)
            return;
        if (volume.Head.Entries > Limits.CatalogEntriesMax)
            throw Broken(node, $"keeps {volume.Head.Entries} entries of {friend}'s own");
        foreach (var entry in volume.Set.Entries)
        {
            if (
                world.Files.TryGetValue(entry.Content, out var card)
                && !card.IsShown(world, node.Number, askedAt, node.Now)
            )
                throw Broken(node, $"is shown a file of {friend} that is for others");
        }
    }

    /// <summary>A slice begins to leave a node that shares it: for who may have it now.</summary>
    /// <param name="friend">Null: somebody of the circle.</param>
    internal void Given(SimNode node, FriendId? friend, ContentId content)
    {
        var card = world.Files[content];
        var isFine = friend is { } one
            ? card.IsFor(world, SimNode.NumberOf(one), node.Now, node.Now)
            : card.At(node.Now).For == Readers.Circle;
        if (card.Owner != node.Number || isFine)
            return;
        var reader = friend is { } known ? $"{SimNode.NumberOf(known)}" : "one of the circle";
        throw Broken(node, $"gives a file of its own to {reader}, who may not have it");
    }

    /// <summary>A slice came, and is right: the node is one whom its owner lets have it, or did
    /// when it was asked; who has it by right may give it to who might have it once.</summary>
    internal void Received(SimNode node, IWorldWire wire, ContentId content, long askedAt)
    {
        var card = world.Files[content];
        var isOwners = wire.Id.Value >= SimNode.PathLinks || wire.Peer == card.Owner;
        if (!card.IsFor(world, node.Number, isOwners ? askedAt : 0, node.Now))
            throw Broken(
                node,
                $"was given a file of {card.Owner} that is for others, by way of {wire.Peer}"
            );
    }

    /// <summary>A file is whole: it is the one that was wanted.</summary>
    internal void Finished(SimNode node, SimTransfer transfer)
    {
        if (FileText.IdOf(transfer.Bytes) != transfer.Content)
            throw Broken(node, "finished another file");
    }

    /// <summary>Something leaves a node for another: only for a friend.</summary>
    internal void Sending(SimNode node, int peer)
    {
        // At the very moment it may be on the line already.
        if (!world.Friends.Regards(node.Number, peer, node.Now - 1, node.Now))
            throw Broken(node, $"sends to a stranger, {peer}");
    }

    private static InvariantException Broken(SimNode node, string what) =>
        new(what, node.Number, node.Now);
}
