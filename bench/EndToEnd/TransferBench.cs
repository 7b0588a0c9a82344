namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// One 2 GiB file, then 10,000 files of 16 KiB, by FriendNet and by rsync in turn. The big file
/// goes twice: with its source in the page cache, so that the cores count, and without, so that
/// the disk counts too.
/// </summary>
internal static class TransferBench
{
    private const long BigBytes = 2L << 30;
    private const int ResultsKept = 12;
    private const int SmallFiles = 10_000;
    private const int SmallBytes = 16 * 1024;

    internal static void Run(string program, string work, int runs)
    {
        var cached = new Rounds(work, runs) { ResultsKept = ResultsKept };
        var evicted = new Rounds(work, runs) { ResultsKept = ResultsKept, IsEvicted = true };
        var sources = cached.Sources;
        var big = Path.Combine(sources, "big", "big.bin");
        Rounds.MakeFile(big, BigBytes);
        MakeSmallFiles(sources);
        cached.FillPageCache();
        using var rsync = new RsyncPeer(Path.Combine(work, "rsyncd"), sources, isSynced: false);
        using var synced = new RsyncPeer(Path.Combine(work, "synced"), sources, isSynced: true);
        var homes = Path.Combine(work, "homes");
        using var alice = new NodeProcess(program, homes, "alice");
        using var bob = new NodeProcess(program, homes, "bob");
        alice.Befriend(bob);
        foreach (var share in Directory.GetDirectories(sources))
        {
            alice.Run("share", "add", share);
        }

        IPeer[] peers = [new FriendNetPeer("FriendNet", bob, alice), rsync, synced];
        cached.Compare("cached", big, BigBytes, [.. peers, new DiskPeer(sources)]);
        evicted.Compare("evicted", big, BigBytes, peers);
        cached.Compare("small", Path.Combine(sources, "small"), SmallFiles * SmallBytes, peers);
        Console.WriteLine(
            $"peak memory: sharer {alice.Peak >> 20} MiB, fetcher {bob.Peak >> 20} MiB"
        );
        Console.WriteLine(
            $"memory after: sharer {alice.Resident >> 20} MiB, fetcher {bob.Resident >> 20} MiB"
        );
    }

    /// <summary>10,000 of 16 KiB, 100 a folder; their bytes in all.</summary>
    internal static long MakeSmallFiles(string sources)
    {
        var random = new Random(2);
        var buffer = new byte[SmallBytes];
        for (var i = 0; i < SmallFiles; i++)
        {
            var folder = Path.Combine(sources, "small", $"{i / 100:00}");
            Directory.CreateDirectory(folder);
            random.NextBytes(buffer);
            using var file = File.Create(Path.Combine(folder, $"file{i:00000}.bin"));
            file.Write(buffer);
        }

        return SmallFiles * SmallBytes;
    }
}
