using FriendNet.Protocol.Ids;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Hostile;

/// <summary>
/// Who wants which file of a hostile world: those who may have it, those who may not though they
/// know its name, and those who may no more.
/// </summary>
internal sealed class FileWishes(World world, SharedFiles files, Seeds draws)
{
    private const int Direct = 5;
    private const int OverPaths = 7;
    private const int Prying = 4;
    private const int Changing = 3;
    private const long ChangesFrom = 15 * World.Second;
    private const long LateMax = 20 * World.Second;
    private static readonly Readers[] Kinds =
    [
        Readers.Friends,
        Readers.Chosen,
        Readers.Chosen,
        Readers.Circle,
    ];
    private readonly List<Wish> _wishes = [];

    /// <summary>Before the world runs.</summary>
    internal void Begin(long within, IReadOnlyList<Parting> partings)
    {
        for (var i = 0; i < Direct + OverPaths; i++)
        {
            var (isDirect, kind) = i < Direct ? (true, Kinds[i % 4]) : (false, Readers.Circle);
            var (owner, node, _) = Draw(isDirect);
            var card = files.Add(owner, new Choice(0, kind, node));
            Add(node, card, draws.Next(within));
        }

        // What is for all friends is not for theirs; what is for one or some not for others.
        for (var i = 0; i < Prying; i++)
        {
            var (owner, node, other) = Draw(isDirect: i % 3 != 0);
            var card = files.Add(owner, new Choice(0, Kinds[i % 3], other));
            Add(node, card, draws.Next(within), isPrying: true);
        }

        for (var i = 0; i < Changing; i++)
        {
            var at = ChangesFrom + draws.Next(within - ChangesFrom);
            Withdraw(i, at, draws.Next(within));
            Narrow(i, at, draws.Next(within));
        }

        foreach (var (one, other, at) in partings)
        {
            var card = files.Add(one, new Choice(0, Readers.Friends));
            Add(other, card, at + draws.Next(LateMax), isPrying: true);
        }

        for (var number = 0; number < _wishes.Count; number++)
        {
            var (node, card, at, isPrying) = _wishes[number];
            var from = isPrying ? card.Owner : (int?)null;
            var wanted = new SimTransfer(new TransferId(number), card.Text.Id, from);
            world.At(at, node, one => one.Files.Want(wanted));
        }
    }

    /// <returns>What is not there though it could be; null: nothing.</returns>
    internal string? Missing(Func<int, FileCard, bool> isInReach)
    {
        foreach (var (node, card, _, isPrying) in _wishes)
        {
            var id = card.Text.Id;
            var has = world.Nodes[node].Files.Transfers.Any(one => one.Content == id && one.IsDone);
            if (!has && !isPrying && isInReach(node, card))
                return $"node {node} does not have the file of {card.Owner}, {id.Length} B";
        }

        return null;
    }

    private void Withdraw(int i, long at, long wanted)
    {
        var kind = Kinds[i % Kinds.Length];
        var (owner, node, other) = Draw(isDirect: true);
        var card = files.Add(owner, new Choice(0, kind, node, other), new(at, Readers.Nobody));
        Add(node, card, wanted, isPrying: wanted > at);
        Add(other, card, at + draws.Next(LateMax), isPrying: true);
    }

    // One of two may have it as before.
    private void Narrow(int i, long at, long wanted)
    {
        var (before, after) = i switch
        {
            0 => (Readers.Circle, Readers.Friends),
            1 => (Readers.Friends, Readers.Chosen),
            _ => (Readers.Chosen, Readers.Chosen),
        };
        var (owner, node, other) = Draw(isDirect: before != Readers.Circle);
        var card = files.Add(owner, new Choice(0, before, node, other), new(at, after, other));
        Add(node, card, wanted, isPrying: wanted > at);
        Add(other, card, draws.Next(at + LateMax));
    }

    private void Add(int node, FileCard card, long at, bool isPrying = false) =>
        _wishes.Add(new Wish(node, card, at, isPrying));

    /// <summary>
    /// One who shares; one of its friends, or a friend of one; another friend. Drawn until it fits.
    /// </summary>
    private (int Owner, int Node, int Other) Draw(bool isDirect)
    {
        var graph = world.Graph;
        while (true)
        {
            var owner = draws.Next(graph.People);
            var friends = graph.Friends(owner).ToArray();
            if (friends.Length < 2)
                continue;
            var middle = friends[draws.Next(friends.Length)];
            var others = graph.Friends(middle);
            var node = isDirect ? middle : others[draws.Next(others.Length)];
            if (node != owner && graph.AreFriends(node, owner) == isDirect)
                return (owner, node, friends.First(friend => friend != middle));
        }
    }

    private sealed record Wish(int Node, FileCard Card, long At, bool IsPrying);
}
