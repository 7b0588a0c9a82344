using FriendNet.Protocol.Catalogs;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Graphs;
using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Hostile;

/// <summary>
/// 50 nodes, some of them adversaries, with crashes, cut links and partitions for a minute or
/// two, while honest ones change what they publish and fetch files, of friends and over paths.
/// Invariants are checked all the time; at last, what honest friends could have told or brought
/// has arrived.
/// </summary>
internal sealed class HostileWorld
{
    private const int People = 50;
    private const double Degree = 6;
    private const double Clustering = 0.4;
    private const int Adversaries = 5;
    private const int Entries = 12;
    private const int Crashes = 15;
    private const int Cuts = 30;
    private const int Changes = 10;
    private const int Partitions = 2;
    private const long ChurnTime = 60 * World.Second;
    private const long HealTime = 900 * World.Second;
    private const int LinesShown = 200;
    private const int SealedEvery = 3;
    private readonly ulong _seed;
    private readonly World _world;
    private readonly Seeds _draws;
    private readonly Volume[] _shown = new Volume[People];
    private readonly FileWishes _files;

    private HostileWorld(ulong seed, bool isTraced, bool isTraceDeep = false)
    {
        _seed = seed;
        _draws = new Seeds(seed, Purpose.Adversary);
        var graph = CirclesGraph.Make(People, Degree, Clustering, seed);
        var settings = new WorldSettings
        {
            Seed = seed,
            IsDurable = true,
            // The others count, which takes half the time.
            IsSealed = seed % SealedEvery == 0,
            IsTraceDeep = isTraceDeep,
        };
        _world = new World(graph, settings);
        _files = new FileWishes(_world, seed);
        foreach (var node in _world.Nodes)
        {
            if (isTraced)
                node.Trace.KeepLines();
        }
    }

    /// <summary>Runs it, and writes all that happens, a line each.</summary>
    internal static string? Run(ulong seed, TextWriter trace)
    {
        var hostile = new HostileWorld(seed, isTraced: true);
        var fault = hostile.Fault();
        foreach (var line in hostile.Lines())
            trace.WriteLine(line);
        return fault is null ? null : $"seed {seed}: {fault}";
    }

    /// <summary>Of all that happens in it, each byte included.</summary>
    internal static string TraceHash(ulong seed)
    {
        var hostile = new HostileWorld(seed, isTraced: false, isTraceDeep: true);
        hostile.Fault();
        return hostile._world.TraceHash();
    }

    /// <returns>What went wrong, with the end of the trace; null: nothing.</returns>
    internal static string? Run(ulong seed)
    {
        if (new HostileWorld(seed, isTraced: false).Fault() is null)
            return null;
        // Once more, word by word: it is the same world.
        var again = new HostileWorld(seed, isTraced: true);
        var fault = again.Fault();
        return $"seed {seed}: {fault}\n{string.Join('\n', again.Lines().TakeLast(LinesShown))}";
    }

    // They begin with the time.
    private IEnumerable<string> Lines() =>
        _world.Nodes.SelectMany(node => node.Trace.Lines).Order(StringComparer.Ordinal);

    private string? Fault()
    {
        try
        {
            Begin();
            _world.Run(ChurnTime + HealTime);
            return Missing() ?? _files.Missing(IsHonestlyReached);
        }
        catch (Checks.InvariantException broken)
        {
            return broken.Message;
        }
    }

    private void Begin()
    {
        var kinds = Enum.GetValues<Malice>();
        for (var i = 0; i < Adversaries; i++)
        {
            var bad = _world.Nodes[_draws.Next(People)];
            var draws = new Seeds(_seed, Purpose.Adversary, 1 + bad.Number);
            bad.Adversary ??= new Adversary(kinds[_draws.Next(kinds.Length)], draws);
        }

        _files.Begin(ChurnTime);
        for (var number = 0; number < People; number++)
        {
            Show(_draws.Next(World.Second), number, Publisher.First(_seed, number, Entries));
            _world.At(_draws.Next(10 * World.Second), number, node => node.Start());
        }

        for (var i = 0; i < Crashes; i++)
        {
            var (at, number) = (_draws.Next(ChurnTime), _draws.Next(People));
            var isTold = _draws.Next(2) == 0;
            _world.At(at, number, node => node.Crash(isTold));
            _world.At(at + _draws.Next(20 * World.Second), number, node => node.Start());
        }

        for (var i = 0; i < Cuts; i++)
            _world.At(_draws.Next(ChurnTime), _draws.Next(People), CutOne);
        for (var i = 0; i < Partitions; i++)
        {
            var from = _draws.Next(ChurnTime);
            bool[] isInside = [.. _world.Nodes.Select(_ => _draws.Next(3) == 0)];
            var until = from + (5 * World.Second) + _draws.Next(60 * World.Second);
            _world.Add(new Partition(from, until, isInside));
        }

        for (var i = 0; i < Changes; i++)
        {
            var number = _draws.Next(People);
            var set = Publisher.Change(_shown[number].Set, 2, _seed + (ulong)i, number);
            Show((30 * World.Second) + (i * 2 * World.Second), number, set);
        }
    }

    private void Show(long at, int number, EntrySet set)
    {
        var volume = _world.Library.Add(_files.With(set, number));
        _shown[number] = volume;
        _world.At(at, number, node => node.Circles.Show(volume));
    }

    private static void CutOne(SimNode node)
    {
        if (node.Links.OrderBy(link => link.Id.Value).FirstOrDefault() is { } link)
            node.Lose(link.Id, "cut", tell: true);
    }

    // By itself or by a friend of both who is honest: else it may have been withheld.
    private string? Missing()
    {
        foreach (var node in _world.Nodes.Where(IsHonest))
        {
            var held = node.Circles.Held.ToLookup(
                shelf => _world.OwnerOf(shelf.Key) ?? -1,
                shelf => shelf.Value.Volume
            );
            foreach (var owner in _world.Nodes.Where(IsHonest))
            {
                if (
                    owner != node
                    && IsReached(node.Number, owner.Number)
                    && !held[owner.Number].Contains(_shown[owner.Number])
                )
                    return $"node {node.Number} does not hold the newest of {owner.Number}";
            }
        }

        return null;
    }

    private bool IsHonestlyReached(int node, int owner) =>
        IsHonest(_world.Nodes[node]) && IsHonest(_world.Nodes[owner]) && IsReached(node, owner);

    private bool IsReached(int node, int owner)
    {
        var graph = _world.Graph;
        if (graph.AreFriends(node, owner))
            return true;
        foreach (var friend in graph.Friends(node))
        {
            if (IsHonest(_world.Nodes[friend]) && graph.AreFriends(friend, owner))
                return true;
        }

        return false;
    }

    private static bool IsHonest(SimNode node) => node.Adversary is null;
}
