using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Hostile;

/// <summary>
/// What has to be true of a hostile world that has healed: honest nodes hold what honest ones lead
/// to, and nothing that was taken back.
/// </summary>
/// <param name="shown">What each node shows its circle now.</param>
internal sealed class AtLast(World world, SharedFiles files, IReadOnlyList<Volume> shown)
{
    /// <returns>What is wrong; null: nothing.</returns>
    internal string? Fault()
    {
        foreach (var node in world.Nodes.Where(IsHonest))
        {
            if ((Circles(node) ?? TooFar(node) ?? Views(node)) is { } fault)
                return fault;
        }

        return null;
    }

    /// <summary>
    /// Whether that node may have the file, and honest ones alone lead to who has it: else it may
    /// have been withheld. Over friends of both goes only what the circle may see.
    /// </summary>
    internal bool IsInReach(int node, FileCard card) =>
        card.IsFor(world, node, world.Now, world.Now)
        && (card.At(world.Now).For == Readers.Circle || AreFriends(node, card.Owner))
        && IsReached(node, card.Owner);

    private bool IsReached(int node, int owner) =>
        IsHonest(world.Nodes[node])
        && IsHonest(world.Nodes[owner])
        && (
            AreFriends(node, owner)
            || world
                .Friends.Of(node, world.Now)
                .Any(friend =>
                    IsHonest(world.Nodes[friend])
                    && AreFriends(node, friend)
                    && AreFriends(friend, owner)
                )
        );

    // Catalogs of circles: the newest, and none with what is not in it any more.
    private string? Circles(SimNode node)
    {
        var held = node.Circles.Held.ToLookup(
            shelf => world.OwnerOf(shelf.Key) ?? -1,
            shelf => shelf.Value.Volume
        );
        for (var owner = 0; owner < shown.Count; owner++)
        {
            if (owner == node.Number || !IsReached(node.Number, owner))
                continue;
            if (!held[owner].Contains(shown[owner]))
                return $"node {node.Number} does not hold the newest of {owner}";
            if (held[owner].Any(HasWhatIsNotThere))
                return $"node {node.Number} holds what {owner} took back from its circle";
        }

        return null;
    }

    private bool HasWhatIsNotThere(Volume volume) =>
        volume.Set.Entries.Any(entry =>
            world.Files.TryGetValue(entry.Content, out var card)
            && card.At(world.Now).For != Readers.Circle
        );

    // A friend that is hostile, or out of reach for ever as it has removed the node, does not say
    // what others took back.
    private string? TooFar(SimNode node)
    {
        var isAmongHonest = world
            .Friends.Of(node.Number, world.Now)
            .All(friend => IsHonest(world.Nodes[friend]) && AreFriends(friend, node.Number));
        foreach (var pseudonym in isAmongHonest ? node.Circles.Held.Keys : [])
        {
            if (
                world.OwnerOf(pseudonym) is { } owner
                && !world.Friends.AreWithin(
                    owner,
                    node.Number,
                    world.Settings.Horizon,
                    world.Now,
                    world.Now
                )
            )
                return $"node {node.Number} still holds the circle of {owner}, who is too far";
        }

        return null;
    }

    // What a friend is shown, entry by entry; of strangers nothing is held.
    private string? Views(SimNode node)
    {
        foreach (var owner in world.Nodes)
        {
            var id = SimNode.IdOf(world, owner.Number);
            var held = node.Catalogs.Held.GetValueOrDefault(id);
            if (held is not null && !world.Friends.Regards(node.Number, owner.Number, world.Now))
                return $"node {node.Number} still holds the files of {owner.Number}, no friend";
            if (!IsHonest(owner) || !AreFriends(node.Number, owner.Number))
                continue;
            var entries = held?.Set.Entries.ToHashSet() ?? [];
            if (!entries.SetEquals(files.ShownTo(node.Number, owner.Number, world.Now)))
                return $"node {node.Number} does not hold just what {owner.Number} shows it";
        }

        return null;
    }

    private bool AreFriends(int one, int other) => world.Friends.AreFriends(one, other, world.Now);

    private static bool IsHonest(SimNode node) => node.Adversary is null;
}
