using FriendNet.Protocol.Bounds;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Graphs;
using FriendNet.Simulation.Hostile;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Scenarios;

/// <summary>
/// One person with ten friends, of whom one floods: how long the catalogs of the other nine take
/// then, and without it, while it begins and once more while it goes on; what is held of it.
/// </summary>
internal sealed class Flood(WorldSettings settings, int entries, int pseudonyms)
{
    private const int Person = 0;
    private const int Friends = 10;
    private const int Flooder = Friends;
    private const int EntriesEach = 100;
    private const double TimesMax = 2;
    private const long BeginAt = 5 * World.Second;
    private const long Spreading = World.Second;
    private const long LaterAt = 120 * World.Second;
    private const long Step = World.Second / 100;
    private const long RoundMax = 600 * World.Second;
    private const long FloodMax = 4 * 3600 * World.Second;
    private const double Microseconds = World.Second;
    private readonly List<Figure> _figures = [];
    private readonly List<string> _wrong = [];
    private int _catalogsMost;
    private long _entriesMost;
    private long _bytesMost;

    /// <summary>The world that was flooded.</summary>
    internal World? World { get; private set; }

    internal Findings Run()
    {
        var calm = Measure(null);
        var draws = new Seeds(settings.Seed, Purpose.Adversary);
        var flooder = new Flooder(pseudonyms, EntriesEach, draws);
        var flooded = Measure(flooder);
        var begun = World!.Now;
        while (flooder.Told < pseudonyms && World.Now - begun < FloodMax)
        {
            World.Run(World.Now + World.Second);
            Weigh();
        }

        if (flooder.Told < pseudonyms)
            _wrong.Add($"the flood ended with {flooder.Told} pseudonyms");
        Compare("begin", "while it begins", calm[0], flooded[0]);
        Compare("later", "while it goes on", calm[1], flooded[1]);
        Say("told", "pseudonyms told", "", flooder.Told, null);
        Say("given", "entries given", "", flooder.Given, null);
        Say("held", "held of it at most: catalogs", "", _catalogsMost, Limits.HeadsPerFriendMax);
        Say("held_entries", "  entries", "", _entriesMost, Limits.CircleEntriesPerFriendMax);
        var most = (double)Limits.CircleBytesPerFriendMax;
        Say("held_bytes", "  bytes of them", "MiB", Mebi(_bytesMost), Mebi(most));
        return new Findings(_figures, _wrong, []);
    }

    // At its beginning and later: from the moment that each of the nine shows a catalog until the
    // person holds it.
    private Delays[] Measure(Flooder? flooder)
    {
        var graph = new Graph(
            Friends + 1,
            Enumerable.Range(1, Friends).Select(friend => (Person, friend))
        );
        // What one line gives fills what the other takes.
        var narrow = settings with
        {
            IsForgetful = true,
            DownRate = settings.UpRate,
        };
        World = new World(graph, narrow);
        World.Nodes[Flooder].Adversary = flooder;
        for (var number = 0; number < World.Nodes.Length; number++)
            World.At(0, number, node => node.Start());
        if (flooder is not null)
            World.At(BeginAt, Flooder, flooder.Begin);
        var first = Round(settings.Seed, BeginAt, flooder);
        World.Run(LaterAt);
        return [first, Round(settings.Seed + 1, LaterAt, flooder)];
    }

    private Delays Round(ulong seed, long begin, Flooder? flooder)
    {
        var shown = new Dictionary<int, (Volume Volume, long At)>();
        var draws = new Seeds(seed, Purpose.Join);
        for (var number = 1; number < Flooder; number++)
        {
            var volume = World!.Library.Add(Publisher.First(seed, number, entries));
            var at = begin + draws.Next(Spreading);
            shown.Add(number, (volume, at));
            World.At(at, number, node => node.Circles.Show(volume));
        }

        World!.Run(begin);
        var (seconds, given) = (new List<double>(), flooder?.Given ?? 0);
        while (shown.Count > 0 && World.Now < begin + RoundMax)
        {
            World.Run(World.Now + Step);
            Weigh();
            var shelves = World.Nodes[Person].Circles.Held.Values;
            var held = shelves.Select(shelf => shelf.Volume.Head).ToHashSet();
            foreach (var number in shown.Keys.ToArray())
            {
                if (!held.Contains(shown[number].Volume.Head))
                    continue;
                seconds.Add((World.Now - shown[number].At) / Microseconds);
                shown.Remove(number);
            }
        }

        foreach (var number in shown.Keys)
            _wrong.Add($"the catalog of friend {number} never came");
        return new Delays(Spread.Of(seconds), (flooder?.Given ?? 0) - given);
    }

    private void Weigh()
    {
        var (catalogs, many, bytes) = (0, 0L, 0L);
        foreach (var (pseudonym, shelf) in World!.Nodes[Person].Circles.Held)
        {
            if (World.OwnerOf(pseudonym) is not null)
                continue;
            catalogs++;
            many += shelf.Volume.Head.Entries;
            bytes += shelf.Volume.EncodedBytes;
        }

        _catalogsMost = Math.Max(_catalogsMost, catalogs);
        _entriesMost = Math.Max(_entriesMost, many);
        _bytesMost = Math.Max(_bytesMost, bytes);
    }

    private void Compare(string name, string when, Delays calm, Delays flooded)
    {
        var (usual, now) = (calm.Seconds, flooded.Seconds);
        _figures.Add(new Figure($"{name}_usual", $"{when}: usually", "s", usual, null));
        _figures.Add(new Figure($"{name}_flooded", "  flooded", "s", now, null));
        Say($"{name}_times", "  of the usual time, the last", "", now.Max / usual.Max, TimesMax);
        Say($"{name}_median", "  of the usual time, median", "", now.Median / usual.Median, null);
        Say($"{name}_given", "  entries given meanwhile", "", flooded.Given, null);
    }

    private static double Mebi(double bytes) => bytes / (1024 * 1024);

    private void Say(string name, string title, string unit, double value, double? limit) =>
        _figures.Add(new Figure(name, title, unit, Spread.Of([value]), limit));

    /// <summary>What the nine had to wait, and what the flooder gave meanwhile.</summary>
    private sealed record Delays(Spread Seconds, long Given);
}
