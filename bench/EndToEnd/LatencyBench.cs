using System.Diagnostics;
using System.Globalization;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// How long a message to a friend and back takes, and a file of 1 KiB: from asking for it until it
/// can be read, and until it is synced and in place; while nothing else passes and while both
/// directions are full. By the local API: what the program takes to start is apart.
/// </summary>
internal static class LatencyBench
{
    private const int Pings = 40;
    private const int Gets = 12;
    private const long Bytes = 2L << 30;
    private static readonly string[] Limits = ["20MB", "50MB", "max"];

    internal static void Run(string program, string work)
    {
        var sources = Path.Combine(work, "sources");
        foreach (var name in new[] { "one", "two" })
            Rounds.MakeFile(Path.Combine(sources, name, $"{name}.bin"), Bytes);
        var files = Enumerable.Range(0, 4 * Gets * Limits.Length).ToArray();
        foreach (var i in files)
            Rounds.MakeFile(Path.Combine(sources, "two", $"two-{i}.txt"), 1024, seed: i);
        var homes = Path.Combine(work, "homes");
        using var one = new NodeProcess(program, homes, "one");
        using var two = new NodeProcess(program, homes, "two");
        one.Befriend(two);
        one.Run("share", "add", Path.Combine(sources, "one"));
        two.Run("share", "add", Path.Combine(sources, "two"));
        var (fromOne, fromTwo) = (two.Find("one.bin"), one.Find("two.bin"));
        var ids = new Queue<string>(files.Select(i => one.Find($"two-{i}.txt")));
        foreach (var limit in Limits)
        {
            one.Run("limit", "set", "up", limit);
            two.Run("limit", "set", "up", limit);
            var into = Path.Combine(work, "results", limit);
            Command.Run("sync");
            // The first of all compile, and do not count.
            Measure(one, into, ids, Gets / 2);
            var idle = Measure(one, into, ids, Gets / 2);
            var here = one.Begin(fromTwo, Path.Combine(into, "one"));
            var there = two.Begin(fromOne, Path.Combine(into, "two"));
            var full = Measure(one, into, ids, Gets);
            // Fails where it is done: then the measure was not of full links.
            one.Call("POST", $"/transfers/{here}/cancel", "");
            two.Call("POST", $"/transfers/{there}/cancel", "");
            Console.WriteLine($"up {limit}, idle: {idle}");
            Console.WriteLine($"up {limit}, full: {full}");
        }
    }

    private static string Measure(NodeProcess node, string into, Queue<string> ids, int gets)
    {
        var before = node.Traffic;
        var began = Stopwatch.GetTimestamp();
        var pings = Enumerable.Range(0, Pings).Select(_ => node.Ping("two")).ToArray();
        var reads = Array.ConvertAll(new int[gets], _ => Get(node, ids.Dequeue(), into, true));
        var dones = Array.ConvertAll(new int[gets], _ => Get(node, ids.Dequeue(), into, false));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var (bytesIn, bytesOut) = node.Traffic;
        return string.Format(
            CultureInfo.InvariantCulture,
            "ping {0} ms, 1 KiB read {1} ms, in place {2} ms; {3:0.0} MB/s in, {4:0.0} MB/s out",
            Rounds.Spread(pings),
            Rounds.Spread(reads),
            Rounds.Spread(dones),
            (bytesIn - before.In) / seconds / 1e6,
            (bytesOut - before.Out) / seconds / 1e6
        );
    }

    private static double Get(NodeProcess node, string id, string into, bool isRead)
    {
        var began = Stopwatch.GetTimestamp();
        var transfer = node.Begin(id, into);
        if (isRead)
            _ = node.Call("GET", $"/transfers/{transfer}/files/1", "");
        else
            node.AwaitDone(transfer);
        var answered = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        if (isRead)
            node.AwaitDone(transfer);
        return answered;
    }
}
