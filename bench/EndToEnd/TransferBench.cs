using System.Globalization;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// One 2 GiB file, then 10,000 files of 16 KiB, by FriendNet and by rsync in turn; every result is
/// compared byte by byte with its source. The big file goes twice: with its source in the page
/// cache, so that the cores count, and without, so that the disk counts too. Nobody pays for what
/// another left: what is dirty is written out between runs, the page cache is full of clean pages
/// before the first (memory never touched is slow the first time), and results stay (mass
/// deletions make ext4 slow).
/// </summary>
internal static class TransferBench
{
    private const int Runs = 5;
    private const long BigBytes = 2L << 30;
    private const int SmallFiles = 10_000;
    private const int SmallBytes = 16 * 1024;

    internal static void Run(string program, string work)
    {
        var sources = Sources(work);
        MakeSources(sources);
        FillPageCache(work);
        using var rsync = new RsyncPeer(Path.Combine(work, "rsyncd"), sources, isSynced: false);
        using var synced = new RsyncPeer(Path.Combine(work, "synced"), sources, isSynced: true);
        using var friendnet = new FriendNetPeer(program, Path.Combine(work, "homes"), sources);
        IPeer[] peers = [friendnet, rsync, synced];
        Compare(work, "cached", Path.Combine(sources, "big", "big.bin"), BigBytes, peers);
        Compare(work, "evicted", Path.Combine(sources, "big", "big.bin"), BigBytes, peers);
        Compare(work, "small", Path.Combine(sources, "small"), SmallFiles * SmallBytes, peers);
        var (alice, bob) = friendnet.Peaks;
        Console.WriteLine($"peak memory: sharer {alice >> 20} MiB, fetcher {bob >> 20} MiB");
        (alice, bob) = friendnet.Resident;
        Console.WriteLine($"memory after: sharer {alice >> 20} MiB, fetcher {bob >> 20} MiB");
    }

    private static void Compare(string work, string title, string source, long bytes, IPeer[] peers)
    {
        var costs = peers.ToDictionary(peer => peer, _ => new List<Cost>());
        // The first round fills caches and compiles; it does not count.
        for (var run = 0; run <= Runs; run++)
        {
            foreach (var peer in peers)
            {
                var target = Path.Combine(work, "results", $"{title}-{run}-{peer.Name}");
                Directory.CreateDirectory(target);
                if (title == "evicted")
                {
                    Command.Run("dd", $"if={source}", "iflag=nocache", "count=0");
                }

                var cost = peer.Fetch(Path.GetRelativePath(Sources(work), source), target);
                Command.Run("sync");
                var result = Path.Combine(target, Path.GetFileName(source));
                Command.Run("diff", "-rq", source, result);
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

    private static string Sources(string work) => Path.Combine(work, "sources");

    private static void Report(string name, long bytes, IPeer peer, List<Cost> costs)
    {
        var gib = bytes / (double)(1L << 30);
        var rates = Spread(costs.Select(c => bytes / c.WallSeconds / 1e6));
        var seconds = Spread(costs.Select(c => c.WallSeconds));
        var cpu = Spread(costs.Select(c => c.CpuSeconds / gib));
        Console.WriteLine($"{name}: {peer.Name}: {rates} MB/s, {seconds} s, {cpu} CPU s per GiB");
    }

    /// <summary>"median (min-max)".</summary>
    private static string Spread(IEnumerable<double> values)
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

    /// <summary>Reads a file of holes as large as the memory that is free.</summary>
    private static void FillPageCache(string work)
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

    private static void MakeSources(string sources)
    {
        var random = new Random(1);
        var buffer = new byte[1 << 20];
        Directory.CreateDirectory(Path.Combine(sources, "big"));
        using (var big = File.Create(Path.Combine(sources, "big", "big.bin")))
        {
            for (long done = 0; done < BigBytes; done += buffer.Length)
            {
                random.NextBytes(buffer);
                big.Write(buffer);
            }
        }

        for (var i = 0; i < SmallFiles; i++)
        {
            var folder = Path.Combine(sources, "small", $"{i / 100:00}");
            Directory.CreateDirectory(folder);
            random.NextBytes(buffer.AsSpan(0, SmallBytes));
            using var file = File.Create(Path.Combine(folder, $"file{i:00000}.bin"));
            file.Write(buffer.AsSpan(0, SmallBytes));
        }
    }
}
