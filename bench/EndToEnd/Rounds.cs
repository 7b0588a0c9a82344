using System.Globalization;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// The same source by several peers in turn; every result is compared byte by byte with its
/// source. Nobody pays for what another left: what is dirty is written out between runs.
/// </summary>
internal sealed class Rounds(string work, int runs)
{
    /// <summary>Where sources stand.</summary>
    internal string Sources => Path.Combine(work, "sources");

    /// <summary>Whether the source is put out of the page cache before each fetch.</summary>
    internal bool IsEvicted { get; init; }

    /// <summary>Whether results stay (mass deletions make ext4 slow) or go when compared.</summary>
    internal bool KeepsResults { get; init; }

    /// <summary>Prints what each took, and how many times the others' rate the first has.</summary>
    internal void Compare(string title, string source, long bytes, params IPeer[] peers)
    {
        var costs = peers.ToDictionary(peer => peer, _ => new List<Cost>());
        // The first round fills caches and compiles; it does not count.
        for (var run = 0; run <= runs; run++)
        {
            foreach (var peer in peers)
            {
                var cost = Run($"{title}-{run}-{peer.Name}", source, peer);
                if (run > 0)
                {
                    costs[peer].Add(cost);
                }
            }
        }

        foreach (var peer in peers)
        {
            Report(title, bytes, peer, costs[peer]);
        }

        foreach (var other in peers[1..])
        {
            var ratios = costs[other].Zip(costs[peers[0]], (b, a) => b.WallSeconds / a.WallSeconds);
            Console.WriteLine($"{title}: {peers[0].Name} is {Spread(ratios)} times {other.Name}");
        }
    }

    /// <summary>"median (min-max)".</summary>
    internal static string Spread(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return string.Format(
            CultureInfo.InvariantCulture,
            "{0:0.00} ({1:0.00}-{2:0.00})",
            sorted[sorted.Length / 2],
            sorted[0],
            sorted[^1]
        );
    }

    /// <summary>
    /// Reads a file of holes as large as the memory that is free: memory never touched is slow
    /// the first time.
    /// </summary>
    internal void FillPageCache()
    {
        var free = File.ReadLines("/proc/meminfo")
            .First(line => line.StartsWith("MemFree", StringComparison.Ordinal));
        var kibibytes = new string([.. free.Where(char.IsAsciiDigit)]);
        var path = Path.Combine(work, "holes");
        using (var holes = File.Create(path))
        {
            holes.SetLength(long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024);
        }

        Command.Run("sync");
        Command.Run("dd", $"if={path}", "of=/dev/null", "bs=1M");
    }

    internal static void MakeFile(string path, long bytes, int seed = 1)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var random = new Random(seed);
        var buffer = new byte[1 << 20];
        using var file = File.Create(path);
        for (long done = 0; done < bytes; done += buffer.Length)
        {
            random.NextBytes(buffer);
            file.Write(buffer, 0, (int)Math.Min(buffer.Length, bytes - done));
        }
    }

    private Cost Run(string title, string source, IPeer peer)
    {
        var target = Path.Combine(work, "results", title);
        Directory.CreateDirectory(target);
        if (IsEvicted)
        {
            Command.Run("dd", $"if={source}", "iflag=nocache", "count=0");
        }

        var cost = peer.Fetch(Path.GetRelativePath(Sources, source), target);
        Command.Run("sync");
        Command.Run("diff", "-rq", source, Path.Combine(target, Path.GetFileName(source)));
        if (!KeepsResults)
        {
            Directory.Delete(target, recursive: true);
        }

        return cost;
    }

    private static void Report(string title, long bytes, IPeer peer, List<Cost> costs)
    {
        var gib = bytes / (double)(1L << 30);
        var rates = Spread(costs.Select(c => bytes / c.WallSeconds / 1e6));
        var seconds = Spread(costs.Select(c => c.WallSeconds));
        var cpu = Spread(costs.Select(c => c.CpuSeconds / gib));
        Console.WriteLine($"{title}: {peer.Name}: {rates} MB/s, {seconds} s, {cpu} CPU s per GiB");
    }
}
