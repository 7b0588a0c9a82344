using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Hostile;

/// <summary>
/// The files of a hostile world: who shares what with whom, who wants it, and who wants what is
/// not for him, though he knows its name.
/// </summary>
internal sealed class FileWishes(World world, ulong seed)
{
    private const int Direct = 5;
    private const int OverPaths = 7;
    private const int Prying = 4;
    private const int Group = 1;
    private const int Kinds = 4;
    private const int SmallMax = 64 * 1024;
    private const int LargeMax = 2 * 1024 * 1024;
    private readonly Seeds _draws = new(seed, Purpose.Download);
    private readonly List<Wish> _wishes = [];
    private readonly List<(FileCard Card, CatalogEntry Entry, bool IsCircle)> _shared = [];

    /// <summary>Before the world runs.</summary>
    internal void Begin(long within)
    {
        for (var i = 0; i < Direct; i++)
            Add(i % Kinds, isDirect: true, isForIt: true);
        for (var i = 0; i < OverPaths; i++)
            Add(Kinds - 1, isDirect: false, isForIt: true);
        // What is for all friends is not for theirs; what is for one or some not for others.
        for (var i = 0; i < Prying; i++)
            Add(i % (Kinds - 1), isDirect: i % (Kinds - 1) != 0, isForIt: false);
        for (var number = 0; number < _wishes.Count; number++)
        {
            var (node, card, isForIt) = _wishes[number];
            var from = isForIt ? (int?)null : card.Owner;
            var wanted = new SimTransfer(new TransferId(number), card.Text.Id, from);
            world.At(_draws.Next(within), node, one => one.Files.Want(wanted));
        }

        foreach (var owner in _shared.Select(shared => shared.Card.Owner).Distinct())
            ShowFriends(owner);
    }

    /// <summary>A circle catalog, and the files that its owner shows the circle.</summary>
    internal EntrySet With(EntrySet made, int owner) =>
        made.With(
            _shared
                .Where(shared => shared.Card.Owner == owner && shared.IsCircle)
                .Select(shared => DeltaStep.Upsert(shared.Entry))
        );

    /// <param name="isReached">Whether honest ones alone lead from one node to the other.</param>
    /// <returns>What is not there though it could be; null: nothing.</returns>
    internal string? Missing(Func<int, int, bool> isReached)
    {
        foreach (var wish in _wishes.Where(wish => wish.IsForIt))
        {
            var (id, owner) = (wish.Card.Text.Id, wish.Card.Owner);
            var files = world.Nodes[wish.Node].Files;
            var has = files.Transfers.Any(one => one.Content == id && one.IsDone);
            if (!has && isReached(wish.Node, owner))
                return $"node {wish.Node} does not have the file of {owner}, {id.Length} B";
        }

        return null;
    }

    // The one who wants it is a friend of the owner, or a friend of one; drawn until one fits.
    private void Add(int kind, bool isDirect, bool isForIt)
    {
        var graph = world.Graph;
        while (true)
        {
            var owner = _draws.Next(graph.People);
            var friends = graph.Friends(owner).ToArray();
            if (friends.Length < 2)
                continue;
            var middle = friends[_draws.Next(friends.Length)];
            var others = graph.Friends(middle);
            var node = isDirect ? middle : others[_draws.Next(others.Length)];
            if (node == owner || graph.AreFriends(node, owner) != isDirect)
                continue;
            var other = friends.First(friend => friend != middle);
            var chosen = isForIt ? node : other;
            Share(owner, kind, chosen, out var card);
            _wishes.Add(new Wish(node, card, isForIt));
            return;
        }
    }

    private void Share(int owner, int kind, int chosen, out FileCard card)
    {
        var number = _shared.Count;
        var bytes = 1 + _draws.Next(number % 2 == 0 ? SmallMax : LargeMax);
        var text = new FileText(Seeds.Mix(seed ^ Seeds.Mix((ulong)number)), bytes);
        var id = SimNode.IdOf(world, chosen);
        var friends = world.Graph.Friends(owner).ToArray();
        var (audience, readers) = kind switch
        {
            0 => (Audience.AllFriends, friends),
            1 => (Audience.Nobody with { Named = new HashSet<FriendId> { id } }, [chosen]),
            2 => (Audience.Nobody with { Groups = new HashSet<int> { Group + number } }, [chosen]),
            _ => (
                Audience.OfCircle,
                Enumerable
                    .Range(0, world.Graph.People)
                    .Where(one => world.Graph.AreWithin(owner, one, world.Settings.Horizon))
                    .ToArray()
            ),
        };
        card = new FileCard(text, owner, readers.ToHashSet());
        world.Files.Add(text.Id, card);
        var files = world.Nodes[owner].Files;
        files.Gather(Group + number, new HashSet<FriendId> { id });
        files.Share(text, audience);
        if (!CatalogPath.TryParse($"shared/file {number}", out var path))
            throw new InvalidOperationException("No such path.");
        _shared.Add((card, new CatalogEntry(path, text.Id, number), audience.Circle));
    }

    // What stands in its view is what it may see, but for what the circle sees.
    private void ShowFriends(int owner)
    {
        var node = world.Nodes[owner];
        foreach (var friend in world.Graph.Friends(owner))
        {
            var id = SimNode.IdOf(world, friend);
            var seen = _shared
                .Where(shared => shared.Card.Owner == owner)
                .Where(shared => node.Files.IsInView(shared.Card.Text, id))
                .Select(shared => shared.Entry)
                .ToArray();
            if (seen.Length > 0)
                node.Catalogs.Show(id, world.Library.Add(EntrySet.Of(seen)));
        }
    }

    private sealed record Wish(int Node, FileCard Card, bool IsForIt);
}
