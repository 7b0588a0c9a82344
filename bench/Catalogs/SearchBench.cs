using System.Diagnostics;
using System.Globalization;
using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Ids;

namespace FriendNet.Bench.Catalogs;

/// <summary>
/// Search as one types on entries of 1,500 sources, 30% of which others have too: alone, and
/// while catalogs and changes are applied without pause. Time that the asking thread only waited
/// for a core is shown apart, since others may use the machine.
/// </summary>
internal static class SearchBench
{
    private const int Sources = 1_500;
    private const int Queries = 2_000;
    private const int Rounds = 3;
    private const int WarmUp = 100;

    internal static void Run(string folder, int entries)
    {
        var path = Path.Combine(folder, $"search-{entries}.db");
        using var store = CatalogStore.Open(path, () => DateTimeOffset.UtcNow, Console.WriteLine);
        if (store!.Held().Count < Sources)
            Fill(store, entries);
        Console.WriteLine($"{store.Held().Sum(h => h.Head.Entries)} entries, {path}");
        var gossip = new Gossip(store, Sizes(entries));
        var search = new CatalogSearch(store);
        foreach (var text in Questions(0).Take(WarmUp))
            search.Search(text);
        for (var round = 1; round <= Rounds; round++)
        {
            Ask(search, round, "alone");
            var applied = gossip.While(() => Ask(search, round, "applying"));
            Console.WriteLine($"  meanwhile {applied}");
        }

        Console.WriteLine($"catalog.db: {new FileInfo(path).Length / 1e6:F0} MB");
        Console.WriteLine($"log: {new FileInfo(path + "-wal").Length / 1e6:F0} MB");
        Console.WriteLine($"resident: {Environment.WorkingSet / 1e6:F0} MB");
    }

    /// <summary>Few large sources, many small ones.</summary>
    private static int[] Sizes(int entries)
    {
        const int Flat = 50;
        double[] weights = [.. Enumerable.Range(0, Sources).Select(i => 1.0 / (i + Flat))];
        return [.. weights.Select(w => Math.Max(1, (int)(entries * w / weights.Sum())))];
    }

    private static void Fill(CatalogStore store, int entries)
    {
        var clock = Stopwatch.StartNew();
        foreach (var (source, size) in Sizes(entries).Index())
            Gossip.Apply(store, new FriendId((UInt128)source + 1), Gossip.First(source, size));
        var rate = entries / clock.Elapsed.TotalSeconds;
        Console.WriteLine($"filled in {clock.Elapsed.TotalSeconds:F0} s, {rate:F0} entries/s");
    }

    private static IEnumerable<string> Questions(int seed)
    {
        var random = new Random(seed);
        while (true)
            yield return Names.Question(random);
    }

    private static void Ask(CatalogSearch search, int seed, string when)
    {
        var times = new List<Asked>(Queries);
        foreach (var text in Questions(seed).Take(Queries))
        {
            var pause = GC.GetTotalPauseDuration();
            var before = CpuOfThread();
            var clock = Stopwatch.StartNew();
            search.Search(text);
            var wall = clock.Elapsed.TotalMilliseconds;
            var after = CpuOfThread();
            times.Add(
                new(
                    wall,
                    wall - (after.Waited - before.Waited),
                    after.Ran - before.Ran,
                    (GC.GetTotalPauseDuration() - pause).TotalMilliseconds,
                    text
                )
            );
        }

        Console.WriteLine(
            $"search {when, -8}: ms {Line(times, t => t.Wall)}; without waiting for a core "
                + $"{Line(times, t => t.Own)}; CPU {Line(times, t => t.Cpu)}; worst "
                + string.Join(
                    ", ",
                    times
                        .OrderBy(t => -t.Own)
                        .Take(4)
                        .Select(t => $"{t.Text} {t.Own:F0} (GC {t.Paused:F0})")
                )
        );
    }

    // Median, 99th percentile, most.
    private static string Line(List<Asked> times, Func<Asked, double> of)
    {
        double[] sorted = [.. times.Select(of).Order()];
        var (median, late) = (sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
        return $"{median:F1} {late:F1} {sorted[^1]:F1}";
    }

    // Linux: nanoseconds run, and ready but without a core. Milliseconds here.
    private static (double Ran, double Waited) CpuOfThread()
    {
        var parts = File.ReadAllText("/proc/thread-self/schedstat").Split(' ');
        double Ms(int part) => long.Parse(parts[part], CultureInfo.InvariantCulture) / 1e6;
        return (Ms(0), Ms(1));
    }

    private readonly record struct Asked(
        double Wall,
        double Own,
        double Cpu,
        double Paused,
        string Text
    );
}
