using FriendNet.Simulation.Checks;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Scenarios;

/// <summary>
/// Three phases, each until nothing is under way: all join; one node of a hundred changes one
/// entry of a hundred; every link closes and opens again. Bytes are those that a node received.
/// </summary>
internal sealed class Settling(World world, int entries)
{
    private const long JoinTime = 60 * World.Second;
    private const long CutTime = 30 * World.Second;
    private const long Quiet = 15 * World.Second;
    private const long PhaseMax = 3600 * World.Second;
    private const double MiB = 1024 * 1024;
    private readonly Oracle _oracle = new(world.Graph, 1);
    private readonly List<Figure> _figures = [];
    private readonly List<string> _wrong = [];
    private readonly Catalog[] _shown = new Catalog[world.Graph.People];

    internal Findings Run()
    {
        Join();
        Change();
        Reconnect();
        return new Findings(_figures, _wrong);
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
                    node.Catalogs.Show(first);
                    node.Start();
                }
            );
        }

        Finish("join");
        var people = Enumerable.Range(0, world.Nodes.Length).ToArray();
        double[] copies = [.. people.Select(i => OneCopy(i))];
        Say("held", "catalogs held", "", i => world.Nodes[i].Catalogs.Held.Count);
        Say("settle_bytes", "settling: received a node", "MiB", i => Received(i) / MiB);
        Say("settle_ratio", "  of one copy and heads", "", i => Received(i) / copies[i], 1.3);
        SayTraffic();
    }

    private void Change()
    {
        foreach (var node in world.Nodes)
            node.Meter.Reset();
        var changed = new double[world.Nodes.Length];
        var draws = new Seeds(world.Settings.Seed, Purpose.Change);
        for (var left = Math.Max(1, world.Nodes.Length / 100); left > 0; left--)
        {
            var number = draws.Next(world.Nodes.Length);
            var old = _shown[number];
            var count = Math.Max(1, entries / 100);
            var next = Publisher.Change(old, count, world.Settings.Seed, number);
            _shown[number] = world.Library.Add(next);
            changed[number] = next.ChangedBytes(old);
            world.At(world.Now + draws.Next(World.Second), number, n => n.Catalogs.Show(next));
        }

        Finish("change");
        Say("change_bytes", "change: received a node", "KiB", i => Received(i) / 1024);
        double Due(int i) => _oracle.Reach(i).Sum(other => changed[other]);
        Say("change_ratio", "  of changed entries", "", i => Part(Received(i), Due(i)));
    }

    private void Reconnect()
    {
        foreach (var node in world.Nodes)
        {
            node.Meter.Reset();
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
        Say("reconnect_bytes", "reconnect: bytes a link", "B", i => 2 * PerLink(i), 1024);
    }

    private void Finish(string phase)
    {
        if (!world.RunUntilQuiet(Quiet, PhaseMax))
            _wrong.Add($"{phase}: never quiet");
        for (var number = 0; number < world.Nodes.Length && _wrong.Count < 20; number++)
            Compare(phase, world.Nodes[number]);
    }

    private void Compare(string phase, SimNode node)
    {
        var held = node.Catalogs.Held;
        var due = _oracle.Reach(node.Number);
        var wrong = due.Count(other =>
            held.GetValueOrDefault(SimNode.IdOf(world, other))?.Head != _shown[other].Head
        );
        if (wrong > 0 || held.Count != due.Count)
        {
            _wrong.Add(
                $"{phase}: node {node.Number} holds {held.Count} catalogs, "
                    + $"{due.Count} are due, {wrong} of them are missing or not the newest"
            );
        }
    }

    private double OneCopy(int number)
    {
        var bytes = _oracle.Paths(number) * 100.0;
        foreach (var other in _oracle.Reach(number))
            bytes += _shown[other].Whole.Length;
        return bytes;
    }

    private double PerLink(int number) =>
        Part(Received(number), world.Graph.Friends(number).Length);

    private double Received(int number) => world.Nodes[number].Meter.Total;

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
    }

    private void SayTraffic()
    {
        foreach (var kind in Enum.GetValues<Traffic>())
        {
            if (world.Nodes.Any(node => node.Meter[kind] > 0))
                Say($"settle_{kind}", $"  {kind}", "KiB", i => world.Nodes[i].Meter[kind] / 1024.0);
        }
    }
}
