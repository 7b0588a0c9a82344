using System.Diagnostics;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// Real daemons whose uploads are limited by their own setting: four sources at once, a fifth
/// that is slow; one far source through two relays; and twenty that fetch the same from one.
/// </summary>
internal static class SwarmBench
{
    private const string Up = "--up";
    private const string Quick = "20MB";
    private const string Slow = "200kB";
    private const int Crowd = 20;
    internal const string All = "all";

    /// <param name="part">sources, relays or crowd; else all.</param>
    internal static void Run(string program, string work, string part)
    {
        if (part is "sources" or All)
        {
            Sources(program, Path.Combine(work, "four"), slow: 0);
            Sources(program, Path.Combine(work, "five"), slow: 1);
        }

        if (part is "relays" or All)
            Relays(program, Path.Combine(work, "relays"));
        if (part is "crowd" or All)
        {
            var alone = Flash(program, Path.Combine(work, "one"), 1);
            var all = Flash(program, Path.Combine(work, "crowd"), Crowd);
            Console.WriteLine($"flash crowd: {all / alone:0.00} times as long as alone");
        }
    }

    private static void Sources(string program, string work, int slow)
    {
        const long bytes = 600L << 20;
        var file = Path.Combine(work, "shared", "file.bin");
        Rounds.MakeFile(file, bytes);
        using var fetcher = new NodeProcess(program, work, "fetcher");
        List<NodeProcess> sources = [];
        try
        {
            for (var i = 0; i < 4 + slow; i++)
            {
                var rate = i < 4 ? Quick : Slow;
                sources.Add(new NodeProcess(program, work, $"source{i}", Up, rate));
                sources[i].Befriend(fetcher);
                sources[i].Run("share", "add", Path.GetDirectoryName(file)!);
            }

            var id = fetcher.Find("file.bin");
            AwaitCatalogs(fetcher, sources.Count);
            var seconds = fetcher.Get(id, Made(Path.Combine(work, "to")));
            Console.WriteLine(
                $"{sources.Count} sources: {bytes / seconds / 1e6:0.0} MB/s, " + $"{seconds:0.00} s"
            );
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    private static void Relays(string program, string work)
    {
        const long bytes = 600L << 20;
        var file = Path.Combine(work, "shared", "file.bin");
        Rounds.MakeFile(file, bytes);
        using var source = new NodeProcess(program, work, "source");
        using var fetcher = new NodeProcess(program, work, "fetcher");
        using var one = new NodeProcess(program, work, "relay1", Up, Quick);
        using var two = new NodeProcess(program, work, "relay2", Up, Quick);
        NodeProcess[] relays = [one, two];
        foreach (var relay in relays)
        {
            relay.Befriend(source);
            relay.Befriend(fetcher);
        }

        source.Run("share", "add", Path.GetDirectoryName(file)!, "--audience", "circle");
        var id = fetcher.Find("file.bin", ways: relays.Length);
        var before = relays.Select(relay => relay.CpuSeconds).ToArray();
        var seconds = fetcher.Get(id, Made(Path.Combine(work, "to")));
        var cpu = relays.Zip(before, (relay, was) => relay.CpuSeconds - was).Sum();
        Console.WriteLine(
            $"a far source through {relays.Length} relays: {bytes / seconds / 1e6:0.0} MB/s, "
                + $"{seconds:0.00} s; the relays took {cpu:0.0} CPU s"
        );
    }

    private static string Made(string folder) => Directory.CreateDirectory(folder).FullName;

    private static double Flash(string program, string work, int count)
    {
        var shared = Path.Combine(work, "shared");
        Rounds.MakeFile(Path.Combine(shared, "warm.bin"), 50L << 20);
        Rounds.MakeFile(Path.Combine(shared, "file.bin"), 200L << 20, seed: 2);
        using var source = new NodeProcess(program, work, "source", Up, Quick);
        List<NodeProcess> nodes = [];
        try
        {
            for (var i = 0; i < count; i++)
            {
                nodes.Add(new NodeProcess(program, work, $"node{i}"));
                source.Befriend(nodes[i]);
                nodes.Take(i).ToList().ForEach(other => other.Befriend(nodes[i]));
            }

            source.Run("share", "add", shared);
            NodeProcess[] all = [source, .. nodes];
            // Young daemons compile, twenty-one of them at once: that is not the question.
            FetchAll(nodes, "warm.bin", work);
            var before = all.Sum(node => node.CpuSeconds);
            var seconds = FetchAll(nodes, "file.bin", work);
            var cpu = all.Sum(node => node.CpuSeconds) - before;
            Console.WriteLine(
                $"{count} fetch 200 MiB of one: {seconds:0.00} s, {cpu:0.0} CPU s of all daemons"
            );
            for (var i = 0; i < count; i++)
            {
                var copy = Path.Combine(To(work, i), "file.bin");
                Command.Run("cmp", Path.Combine(shared, "file.bin"), copy);
            }

            return seconds;
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
        }
    }

    private static string To(string work, int node) => Made(Path.Combine(work, $"to{node}"));

    /// <summary>Seconds until the last of them has it.</summary>
    private static double FetchAll(List<NodeProcess> nodes, string name, string work)
    {
        var ids = nodes.ConvertAll(node => node.Find(name));
        var began = Stopwatch.GetTimestamp();
        var gets = nodes.Select(
            (node, i) => Task.Run(() => node.AwaitDone(node.Begin(ids[i], To(work, i))))
        );
        Task.WaitAll([.. gets]);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Until that many sources of the file are known, for a minute at most.</summary>
    private static void AwaitCatalogs(NodeProcess fetcher, int count)
    {
        var started = Stopwatch.GetTimestamp();
        while (fetcher.SourcesOf("file.bin") < count)
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > 60)
                throw new InvalidOperationException("Not all catalogs arrived.");
        }
    }
}
