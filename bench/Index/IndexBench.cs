using System.Diagnostics;
using FriendNet.Node.Shares;

namespace FriendNet.Bench.Index;

/// <summary>
/// Indexes 2 GiB in two files beside two openssl at once, in turn, and 10,000 files of 16 KiB;
/// medians of five with least and most. The page cache is filled first.
/// </summary>
internal static class IndexBench
{
    private const int Rounds = 5;
    private const int LargeFiles = 2;
    private const long LargeBytes = 1L << 30;
    private const int SmallFiles = 10_000;
    private const int SmallBytes = 16 * 1024;

    internal static void Run(string work)
    {
        var large = Make(Path.Combine(work, "large"), MakeLarge);
        var small = Make(Path.Combine(work, "small"), MakeSmall);
        // Once unmeasured each: the cache filled, the code compiled.
        Openssl(large);
        Index(work, large);
        Index(work, small);
        List<double> openssl = [];
        List<double> index = [];
        List<double> files = [];
        List<double> again = [];
        for (var round = 0; round < Rounds; round++)
        {
            openssl.Add(LargeFiles * LargeBytes / 1e6 / Openssl(large));
            index.Add(LargeFiles * LargeBytes / 1e6 / Index(work, large).First);
            var (first, second) = Index(work, small);
            files.Add(SmallFiles / first);
            again.Add(SmallFiles / second);
        }
        Print("openssl, two processes, MB/s", openssl);
        Print("index of 2 GiB, MB/s", index);
        Console.WriteLine($"ratio of medians: {Median(index) / Median(openssl):0.00}");
        Print("index of 10,000 x 16 KiB, files/s", files);
        Print("start with it unchanged, files/s", again);
    }

    // Seconds from opening an empty index until all is hashed, and from opening it again.
    private static (double First, double Second) Index(string work, string folder)
    {
        var database = Path.Combine(work, $"index-{Guid.NewGuid():N}.db");
        return (Scan(database, folder, isFirst: true), Scan(database, folder, isFirst: false));
    }

    private static double Scan(string database, string folder, bool isFirst)
    {
        using var done = new ManualResetEventSlim();
        var clock = Stopwatch.StartNew();
        ShareFolder share = new(1, "bench", folder);
        using var index =
            ShareIndex.Open(database, [share], new ShareIndexSettings(), out var sentence)
            ?? throw new InvalidOperationException(sentence);
        index.Changed += (_, _) => done.Set();
        while (index.Indexing)
        {
            done.Wait(TimeSpan.FromMilliseconds(100));
            done.Reset();
        }
        var seconds = clock.Elapsed.TotalSeconds;
        var expected = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count();
        if (index.Shares[0].Files != expected)
            throw new InvalidOperationException($"Indexed {index.Shares[0].Files} of {expected}.");
        if (!isFirst && index.ChangesAfter(new HashSet<int> { 1 }, index.Seq).Any())
            throw new InvalidOperationException("The second scan changed something.");
        return seconds;
    }

    private static double Openssl(string folder)
    {
        var clock = Stopwatch.StartNew();
        var processes = Directory
            .GetFiles(folder)
            .Select(file => new ProcessStartInfo("openssl", ["dgst", "-sha256", file])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })
            .Select(start => Process.Start(start)!)
            .ToList();
        foreach (var process in processes)
        {
            process.WaitForExit();
            process.Dispose();
        }
        return clock.Elapsed.TotalSeconds;
    }

    private static string Make(string folder, Action<string> fill)
    {
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            fill(folder);
        }
        return folder;
    }

    private static void MakeLarge(string folder)
    {
        var random = new Random(1);
        var block = new byte[1 << 20];
        for (var i = 0; i < LargeFiles; i++)
        {
            using var file = File.Create(Path.Combine(folder, $"{i}"));
            for (long at = 0; at < LargeBytes; at += block.Length)
            {
                random.NextBytes(block);
                file.Write(block);
            }
        }
    }

    private static void MakeSmall(string folder)
    {
        var random = new Random(2);
        var block = new byte[SmallBytes];
        for (var i = 0; i < SmallFiles; i++)
        {
            var inner = Path.Combine(folder, $"{i / 100:00}");
            Directory.CreateDirectory(inner);
            random.NextBytes(block);
            File.WriteAllBytes(Path.Combine(inner, $"{i:00000}.bin"), block);
        }
    }

    private static void Print(string what, List<double> values) =>
        Console.WriteLine($"{what}: {Median(values):0} ({values.Min():0} to {values.Max():0})");

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
