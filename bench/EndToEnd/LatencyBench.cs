using System.Diagnostics;
using System.Globalization;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// How long a message to a friend and back takes, and a file of 1 KiB, while nothing else passes
/// and while both directions are full, with a limit on what each end sends.
/// </summary>
internal static class LatencyBench
{
    private const int Pings = 40;
    private const int Gets = 8;
    private const long Bytes = 2L << 30;

    internal static void Run(string program, string work)
    {
        var sources = Path.Combine(work, "sources");
        foreach (var name in new[] { "one", "two" })
        {
            Rounds.MakeFile(Path.Combine(sources, name, $"{name}.bin"), Bytes);
            for (var i = 0; i < 4 * Gets; i++)
            {
                Rounds.MakeFile(Path.Combine(sources, name, $"{name}-{i}.txt"), 1024, seed: i);
            }
        }

        var homes = Path.Combine(work, "homes");
        using var one = new NodeProcess(program, homes, "one");
        using var two = new NodeProcess(program, homes, "two");
        one.Befriend(two);
        one.Run("share", "add", Path.Combine(sources, "one"));
        two.Run("share", "add", Path.Combine(sources, "two"));
        var (fromOne, fromTwo) = (two.Find("one.bin"), one.Find("two.bin"));
        var got = 0;
        foreach (var limit in new[] { "20MB", "50MB" })
        {
            one.Run("limit", "set", "up", limit);
            two.Run("limit", "set", "up", limit);
            Measure(one, work, limit, "idle", ref got);
            var into = Path.Combine(work, "results", limit);
            one.Run("get", fromTwo, "--no-wait", "-o", Path.Combine(into, "one"));
            two.Run("get", fromOne, "--no-wait", "-o", Path.Combine(into, "two"));
            Measure(one, work, limit, "full", ref got);
            foreach (var node in new[] { one, two })
            {
                // Fails where it is done: then the measure was not of full links.
                node.Run("transfer", "cancel", node.LastTransfer("bin"));
            }
        }
    }

    private static void Measure(
        NodeProcess node,
        string work,
        string limit,
        string load,
        ref int got
    )
    {
        var before = node.Traffic;
        var began = Stopwatch.GetTimestamp();
        var pings = new List<double>();
        for (var i = 0; i < Pings; i++)
        {
            pings.Add(node.Ping("two"));
        }

        var ids = Enumerable.Range(got, Gets).Select(i => node.Find($"two-{i}.txt")).ToArray();
        got += Gets;
        var into = Path.Combine(work, "results", limit, load);
        var gets = ids.Select(id => node.Get(id, into) * 1000).ToArray();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var (bytesIn, bytesOut) = node.Traffic;
        Console.WriteLine(
            string.Format(
                CultureInfo.InvariantCulture,
                "up {0}, {1}: ping {2} ms, 1 KiB file {3} ms; {4:0.0} MB/s in, {5:0.0} MB/s out",
                limit,
                load,
                Rounds.Spread(pings),
                Rounds.Spread(gets),
                (bytesIn - before.In) / seconds / 1e6,
                (bytesOut - before.Out) / seconds / 1e6
            )
        );
    }
}
