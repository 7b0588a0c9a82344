using FriendNet.Simulation.Checks;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Scenarios;

/// <summary>
/// Circles in three phases, each until nothing is under way: all join; one node of a hundred
/// changes one entry of a hundred; every link closes and opens again with nothing new. Bytes are
/// those of all records that a node received; handshakes are not among them.
/// </summary>
internal sealed class Settling(World world, int entries)
{
    // A head in a batch, and one in a record of its own.
    internal const int HeadBytes = 190;
    internal const int HeadAloneBytes = 232;
    private const double SettleMax = 1.3;
    private const double ChangeMax = 3;
    private const double LinkBytesMax = 1024;
    private const long JoinTime = 60 * World.Second;
    private const long CutTime = 30 * World.Second;
    private const long Quiet = 15 * World.Second;
    private const long PhaseMax = 3600 * World.Second;
    private const int WrongMax = 20;
    private const double KiB = 1024;
    private const double MiB = 1024 * 1024;
    private readonly Oracle _oracle = new(world.Graph, world.Settings.Horizon);
    private readonly List<Figure> _figures = [];
    private readonly List<string> _wrong = [];
    private readonly List<string> _worst = [];
    private readonly Volume[] _shown = new Volume[world.Graph.People];

    internal Findings Run()
    {
        Join();
        Change();
        Reconnect();
        return new Findings(_figures, _wrong, _worst);
    }

    private void Join()
    {
        for (var number = 0; number < world.Nodes.Length; number++)
        {
            var seed = world.Settings.Seed;
            var first = world.Library.Add(Publisher.First(seed, number, entries));
            var draws = new Seeds(seed, Purpose.Join, number);
            _shown[number] = first;
            world.At(
                draws.Next(JoinTime),
                number,
                node =>
                {
                    node.Circles.Show(first);
                    node.Start();
                }
            );
        }

        Finish("settling");
        double[] wholes = [.. _shown.Select(shown => (double)shown.Set.Whole.Length)];
        double[] copies = [.. wholes.Select((_, i) => OneCopy(i, wholes))];
        Say("held", "catalogs held", "", i => world.Nodes[i].Circles.Held.Count);
        Say("paths", "heads told, one a path", "", i => _oracle.Paths(i));
        Say("settle_bytes", "settling: received a node", "MiB", i => Received(i) / MiB);
        Say("settle_ratio", "  of one copy and heads", "", i => Received(i) / copies[i], SettleMax);
        SayTraffic("settle", copies);
        if (world.Settings.Horizon == 2)
        {
            double[] costs = [.. wholes.Select(whole => whole + HeadBytes)];
            var naive = Naive.Flooding(world.Graph, costs);
            Say("naive_bytes", "  naive flooding would be", "MiB", i => naive[i] / MiB);
            Say("naive_ratio", "  of one copy and heads", "", i => naive[i] / copies[i]);
        }
    }

    private void Change()
    {
        Reset();
        var changed = new double[world.Nodes.Length];
        var draws = new Seeds(world.Settings.Seed, Purpose.Change);
        for (var left = Math.Max(1, world.Nodes.Length / 100); left > 0; left--)
        {
            var number = draws.Next(world.Nodes.Length);
            var old = _shown[number];
            var count = Math.Max(1, entries / 100);
            var set = Publisher.Change(old.Set, count, world.Settings.Seed, number);
            var next = world.Library.Add(set);
            _shown[number] = next;
            changed[number] += next.ChangedBytes(old);
            world.At(world.Now + draws.Next(World.Second), number, n => n.Circles.Show(next));
        }

        Finish("change");
        var news = Enumerable.Range(0, changed.Length).Where(i => changed[i] > 0).ToArray();
        double Heads(int i) => HeadAloneBytes * news.Sum(p => p == i ? 0 : _oracle.PathsTo(i, p));
        double Due(int i) => _oracle.Reach(i).Sum(other => changed[other]);
        Say("change_bytes", "change: received, not idling", "KiB", i => News(i) / KiB);
        SayTraffic("change", null);
        double Rest(int i) => Part(Math.Max(0, News(i) - Heads(i)), Due(i));
        Say("change_news", "    heads told", "", i => world.Nodes[i].Meter.News);
        Say("change_paths", "    heads due, one a path", "", i => Heads(i) / HeadAloneBytes);
        Say("change_delta", "    deltas with them", "B", i => world.Nodes[i].Meter.DeltaBytes);
        Say("change_due", "    entries changed", "B", Due);
        Say("change_heads", "  heads due", "KiB", i => Heads(i) / KiB);
        Say("change_ratio", "  beyond heads, of changed entries", "", Rest, ChangeMax);
        Say("change_stray", "  where nothing changed", "B", i => Due(i) > 0 ? 0 : News(i));
    }

    private void Reconnect()
    {
        Reset();
        foreach (var node in world.Nodes)
        {
            var draws = new Seeds(world.Settings.Seed, Purpose.Churn, node.Number);
            foreach (var link in node.Links.Where(link => link.Peer > node.Number).ToArray())
            {
                world.At(
                    world.Now + draws.Next(CutTime),
                    node.Number,
                    n => n.Lose(link.Id, "cut", tell: true)
                );
            }
        }

        Finish("reconnect");
        Say("reconnect_bytes", "reconnect: bytes a link", "B", LinkBytes, LinkBytesMax);
        SayTraffic("reconnect", null);
    }

    private void Reset()
    {
        foreach (var node in world.Nodes)
            node.Meter.Reset();
    }

    private void Finish(string phase)
    {
        if (!world.RunUntilQuiet(Quiet, PhaseMax))
            _wrong.Add($"{phase}: never quiet");
        for (var number = 0; number < world.Nodes.Length && _wrong.Count < WrongMax; number++)
            Compare(phase, world.Nodes[number]);
    }

    private void Compare(string phase, SimNode node)
    {
        var due = _oracle.Reach(node.Number).ToHashSet();
        var (right, held) = (0, node.Circles.Held);
        foreach (var (pseudonym, shelf) in held)
        {
            var owner = world.OwnerOf(pseudonym) ?? -1;
            right += due.Contains(owner) && _shown[owner].Head == shelf.Volume.Head ? 1 : 0;
        }

        if (right != due.Count || held.Count != due.Count)
        {
            _wrong.Add(
                $"{phase}: node {node.Number} holds {held.Count} catalogs, {right} of them due "
                    + $"and the newest; due are {due.Count}"
            );
        }
    }

    private double OneCopy(int number, double[] wholes)
    {
        var bytes = (double)_oracle.Paths(number) * HeadBytes;
        foreach (var other in _oracle.Reach(number))
            bytes += wholes[other];
        return Math.Max(1, bytes);
    }

    // Both ends of a link received about as much: what came here, twice.
    private double LinkBytes(int number) =>
        2 * Part(Received(number), world.Graph.Friends(number).Length);

    private double Received(int number) => world.Nodes[number].Meter.Total;

    // Without keepalives, which depend on how long a phase was waited for.
    private double News(int number) =>
        Received(number) - world.Nodes[number].Meter[Traffic.Keepalives];

    private static double Part(double bytes, double of) => of == 0 ? 0 : bytes / of;

    private void Say(
        string name,
        string title,
        string unit,
        Func<int, double> figure,
        double? limit = null
    )
    {
        var spread = Spread.Of(Enumerable.Range(0, world.Nodes.Length).Select(figure));
        _figures.Add(new Figure(name, title, unit, spread, limit));
        if (limit is not null)
            _worst.Add(Worst(name, Enumerable.Range(0, world.Nodes.Length).MaxBy(figure)));
    }

    // What the node paid whose figure is the highest.
    private string Worst(string name, int number)
    {
        var (meter, friends) = (world.Nodes[number].Meter, world.Graph.Friends(number).Length);
        var bytes = Enum.GetValues<Traffic>().Select(kind => $"{kind} {meter[kind]}");
        return $"{name}: node {number} of {friends} friends, {_oracle.Reach(number).Count} within "
            + $"reach, {_oracle.Paths(number)} paths; {meter.Requests} requests, {meter.Answers} "
            + $"answers; bytes: {string.Join(", ", bytes)}";
    }

    // Of copies where they are given, else in KiB.
    private void SayTraffic(string phase, double[]? copies)
    {
        foreach (var kind in Enum.GetValues<Traffic>())
        {
            if (world.Nodes.All(node => node.Meter[kind] == 0))
                continue;
            Say(
                $"{phase}_{kind}",
                $"    {kind}",
                copies is null ? "KiB" : "",
                i => world.Nodes[i].Meter[kind] / (copies?[i] ?? KiB)
            );
        }
    }
}
