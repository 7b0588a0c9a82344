using FriendNet.Protocol.Budgets;
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
    private const int LimitedEvery = 4;
    private static readonly Rates Relay = new(Total: 48 * 1024, Friend: 24 * 1024);
    private readonly ulong _seed;
    private readonly World _world;
    private readonly Seeds _draws;
    private readonly Volume[] _shown = new Volume[People];
    private readonly EntrySet[] _made = new EntrySet[People];
    private readonly SharedFiles _files;
    private readonly FileWishes _wishes;
    private readonly Partings _partings;

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
            Relay = seed % LimitedEvery == 0 ? Relay : Rates.Unlimited,
            IsTraceDeep = isTraceDeep,
        };
        _world = new World(graph, settings);
        var draws = new Seeds(seed, Purpose.Download);
        _files = new SharedFiles(_world, seed, draws);
        _wishes = new FileWishes(_world, _files, draws);
        _partings = new Partings(_world, new Seeds(seed, Purpose.Friendship));
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
            var last = new AtLast(_world, _files, _shown);
            return last.Fault() ?? _wishes.Missing(last.IsInReach);
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

        _wishes.Begin(ChurnTime, _partings.Begin(ChurnTime, _files.ShowFriends));
        for (var number = 0; number < People; number++)
        {
            _files.ShowFriends(_world.Nodes[number]);
            _made[number] = Publisher.First(_seed, number, Entries);
            Show(_draws.Next(World.Second), number);
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

        ChangeCircles();
    }

    // One after another as they come: what is shown last is what has to arrive.
    private void ChangeCircles()
    {
        var changes = new List<(long At, int Number, int? Change)>();
        foreach (var (at, owner) in _files.CircleChanges)
            changes.Add((at, owner, null));
        for (var i = 0; i < Changes; i++)
            changes.Add(((30 + (2 * i)) * World.Second, _draws.Next(People), i));
        foreach (var (at, number, change) in changes.OrderBy(one => one.At))
        {
            if (change is { } i)
                _made[number] = Publisher.Change(_made[number], 2, _seed + (ulong)i, number);
            Show(at, number);
        }
    }

    private void Show(long at, int number)
    {
        var volume = _world.Library.Add(_files.With(_made[number], number, at));
        _shown[number] = volume;
        _world.At(at, number, node => node.Circles.Show(volume));
    }

    private static void CutOne(SimNode node)
    {
        if (node.Links.OrderBy(link => link.Id.Value).FirstOrDefault() is { } link)
            node.Lose(link.Id, "cut", tell: true);
    }
}
