using System.Text.Json;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// One file from ten friends, then from ten of whom three send wrong bytes: one in all of it, one
/// in a tenth, one in a hundredth of its runs. Says who was blamed, and what it cost.
/// </summary>
internal static class PoisonBench
{
    private const int Sources = 10;
    private const int RunBytes = 1 << 20;
    private const StringComparison Ordinal = StringComparison.Ordinal;
    private static readonly int[] Every = [1, 10, 100];

    internal static void Run(string program, string work, int mebibytes, int runs)
    {
        var bytes = (long)mebibytes << 20;
        List<double> ratios = [];
        for (var run = 0; run < runs; run++)
        {
            var clean = Fetch(program, Path.Combine(work, $"clean-{run}"), bytes, run, []);
            var dirty = Fetch(program, Path.Combine(work, $"poison-{run}"), bytes, run, Every);
            ratios.Add(clean / dirty);
            Console.WriteLine(
                $"{run}: clean {bytes / clean / 1e6:0} MB/s, poisoned {bytes / dirty / 1e6:0} MB/s"
            );
        }

        Console.WriteLine($"goodput with poison is {Rounds.Spread(ratios)} of the clean one");
    }

    /// <summary>Seconds of the fetch; new daemons each time: guilt stays a while.</summary>
    private static double Fetch(string program, string work, long bytes, int seed, int[] every)
    {
        var big = Path.Combine(work, "big", "big.bin");
        Rounds.MakeFile(big, bytes);
        var asker = new NodeProcess(program, work, "asker");
        var sources = new List<NodeProcess>();
        try
        {
            for (var source = 0; source < Sources; source++)
            {
                var isHonest = source >= every.Length;
                var name = isHonest ? $"honest-{source}" : $"poisoner-{every[source]}";
                var node = new NodeProcess(program, work, name);
                sources.Add(node);
                asker.Befriend(node);
                var copy = Path.Combine(work, "copies", name);
                Directory.CreateDirectory(copy);
                File.Copy(big, Path.Combine(copy, "big.bin"));
                node.Run("share", "add", copy);
            }

            var id = asker.Find("big.bin", Sources);
            for (var source = 0; source < every.Length; source++)
            {
                var copy = Path.Combine(work, "copies", $"poisoner-{every[source]}", "big.bin");
                Poison(copy, every[source], new Random(seed));
            }

            var cost = asker.Get(id, Path.Combine(work, "target"));
            Command.Run("cmp", big, Path.Combine(work, "target", "big.bin"));
            Tell(asker, every.Length);
            return cost;
        }
        finally
        {
            sources.ForEach(node => node.Dispose());
            asker.Dispose();
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Tell(NodeProcess asker, int poisoners)
    {
        var shown = JsonDocument.Parse(asker.Run("transfer", "show", "1", "--json")).RootElement;
        var blamed = shown
            .GetProperty("blamed")
            .EnumerateArray()
            .Select(one => one.GetProperty("name").GetString()!)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (Array.Find(blamed, name => name.StartsWith("honest", Ordinal)) is { } innocent)
            throw new InvalidOperationException($"{innocent} was blamed and sent nothing wrong.");
        // One that poisons little may not have been asked for any of it.
        Console.WriteLine($"blamed: {string.Join(", ", blamed)} ({poisoners} poison)");
    }

    // Size and time stay, so the daemon takes it for what it hashed.
    private static void Poison(string path, int every, Random random)
    {
        Command.Run("touch", "-r", path, path + ".time");
        using (var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite))
        {
            var runs = file.Length / RunBytes;
            for (var run = random.NextInt64(Math.Min(every, runs)); run < runs; run += every)
            {
                file.Position = run * RunBytes;
                var old = file.ReadByte();
                file.Position = run * RunBytes;
                file.WriteByte((byte)(old ^ 1));
            }
        }

        Command.Run("touch", "-r", path + ".time", path);
        File.Delete(path + ".time");
    }
}
