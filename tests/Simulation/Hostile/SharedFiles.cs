using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Hostile;

/// <summary>
/// The files of a hostile world: what their owners choose comes true in the nodes, with every
/// view that shows it.
/// </summary>
internal sealed class SharedFiles(World world, ulong seed, Seeds draws)
{
    private const int SmallMax = 64 * 1024;
    private const int LargeMax = 2 * 1024 * 1024;
    private readonly List<(FileCard Card, CatalogEntry Entry)> _all = [];

    /// <summary>When a circle shows other files from then on.</summary>
    internal List<(long At, int Owner)> CircleChanges { get; } = [];

    /// <summary>Before the world runs.</summary>
    internal FileCard Add(int owner, params Choice[] choices)
    {
        var number = _all.Count;
        var bytes = 1 + draws.Next(number % 2 == 0 ? SmallMax : LargeMax);
        var text = new FileText(Seeds.Mix(seed ^ Seeds.Mix((ulong)number)), bytes);
        var card = new FileCard(text, owner, choices);
        world.Files.Add(text.Id, card);
        if (!CatalogPath.TryParse($"shared/file {number}", out var path))
            throw new InvalidOperationException("No such path.");
        _all.Add((card, new CatalogEntry(path, text.Id, number)));
        Choose(world.Nodes[owner], number, choices[0]);
        foreach (var choice in choices.Skip(1))
        {
            world.At(choice.From, owner, node => Change(node, number, choice));
            if (choices[0].For == Readers.Circle)
                CircleChanges.Add((choice.From, owner));
        }

        return card;
    }

    /// <summary>Every view as it is to be now, at start or after a change.</summary>
    internal void ShowFriends(SimNode owner)
    {
        foreach (var friend in world.Friends.Of(owner.Number, owner.Now))
        {
            var id = SimNode.IdOf(world, friend);
            var seen = Of(owner.Number)
                .Where(shared => owner.Files.IsInView(shared.Card.Text, id))
                .Select(shared => shared.Entry)
                .ToArray();
            if (seen.Length > 0 || owner.Catalogs.Views.ContainsKey(id))
                owner.Catalogs.Show(id, world.Library.Add(EntrySet.Of(seen)));
        }
    }

    /// <summary>A circle catalog, and the files that its owner shows the circle at that moment.
    /// </summary>
    internal EntrySet With(EntrySet made, int owner, long at) =>
        made.With(
            Of(owner)
                .Where(shared => shared.Card.At(at).For == Readers.Circle)
                .Select(shared => DeltaStep.Upsert(shared.Entry))
        );

    /// <summary>What that friend is to see, by the world's rule.</summary>
    internal IEnumerable<CatalogEntry> ShownTo(int friend, int owner, long at) =>
        Of(owner)
            .Where(shared => shared.Card.IsShown(world, friend, at, at))
            .Select(shared => shared.Entry);

    private IEnumerable<(FileCard Card, CatalogEntry Entry)> Of(int owner) =>
        _all.Where(shared => shared.Card.Owner == owner);

    private void Change(SimNode owner, int number, Choice choice)
    {
        var now = choice.For.ToString().ToLowerInvariant();
        owner.Trace.Say(owner.Now, $"says that file {number} is for {now}");
        Choose(owner, number, choice);
        ShowFriends(owner);
    }

    private void Choose(SimNode owner, int number, Choice choice)
    {
        var text = _all[number].Card.Text;
        var chosen = choice.Chosen.Select(one => SimNode.IdOf(world, one)).ToHashSet();
        owner.Files.Gather(number, chosen);
        if (choice.For == Readers.Nobody)
            owner.Files.Withdraw(text);
        else
            owner.Files.Share(text, AudienceOf(choice.For, number, chosen));
    }

    // Some are chosen by name, others as a group.
    private static Audience AudienceOf(Readers readers, int number, HashSet<FriendId> chosen) =>
        readers switch
        {
            Readers.Friends => Audience.AllFriends,
            Readers.Circle => Audience.OfCircle,
            _ when number % 2 == 0 => Audience.Nobody with { Named = chosen },
            _ => Audience.Nobody with { Groups = new HashSet<int> { number } },
        };
}
