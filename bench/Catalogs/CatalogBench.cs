using System.Buffers;
using System.Diagnostics;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Bench.Catalogs;

/// <summary>
/// Friends of 100,000 entries each: bytes and time of a first sync and of one change.
/// </summary>
internal static class CatalogBench
{
    private const int EntriesPerFriend = 100_000;
    private const int Friends = 3;

    internal static void Run(string folder)
    {
        var path = Path.Combine(folder, "catalog.db");
        using var store = CatalogStore.Open(path, () => DateTimeOffset.UtcNow, Console.WriteLine);
        for (var friend = 1; friend <= Friends; friend++)
            First(store!, new FriendId((UInt128)friend), friend);
        OneChange(store!);
        Console.WriteLine($"catalog.db: {new FileInfo(path).Length / 1e6:F0} MB");
        Console.WriteLine($"resident: {Environment.WorkingSet / 1e6:F0} MB");
    }

    private static void First(CatalogStore store, FriendId friend, int seed)
    {
        var entries = Names.Entries(seed, EntriesPerFriend);
        var clock = Stopwatch.StartNew();
        var root = TreeHash.Root(entries.Select(e => e.Item()).OrderBy(i => i.Key));
        var hashed = clock.ElapsedMilliseconds;
        var head = new CatalogHead(root, entries.Count, entries.Sum(e => e.Content.Length));
        clock.Restart();
        var delta = Delta(default, head, entries.Select(DeltaStep.Upsert));
        var written = clock.ElapsedMilliseconds;
        clock.Restart();
        var cpu = Environment.CpuUsage.TotalTime;
        var outcome = store.ApplyAsync(friend, new MemoryStream(delta)).GetAwaiter().GetResult();
        if (outcome.Held != head)
            throw new InvalidOperationException(outcome.Why);
        Console.WriteLine(
            $"{friend.Value}: {entries.Count} entries, {delta.Length / (double)entries.Count:F1} "
                + $"bytes each; hashed {hashed} ms, written {written} ms, "
                + $"applied {clock.ElapsedMilliseconds} ms "
                + $"({(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds:F0} of CPU)"
        );
    }

    private static void OneChange(CatalogStore store)
    {
        var entries = Names.Entries(1, EntriesPerFriend);
        var from = TreeHash.Root(entries.Select(e => e.Item()).OrderBy(i => i.Key));
        entries[5_000] = entries[5_000] with { Modified = 1 };
        var root = TreeHash.Root(entries.Select(e => e.Item()).OrderBy(i => i.Key));
        var head = new CatalogHead(root, entries.Count, entries.Sum(e => e.Content.Length));
        var delta = Delta(from, head, [DeltaStep.Upsert(entries[5_000])]);
        var clock = Stopwatch.StartNew();
        var outcome = store
            .ApplyAsync(new FriendId(1), new MemoryStream(delta))
            .GetAwaiter()
            .GetResult();
        if (outcome.Held != head)
            throw new InvalidOperationException(outcome.Why);
        var spent = clock.Elapsed.TotalMilliseconds;
        Console.WriteLine($"one change: {delta.Length} bytes, applied {spent:F1} ms");
    }

    private static byte[] Delta(Hash256 from, CatalogHead to, IEnumerable<DeltaStep> steps)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new DeltaWriter(output, new DeltaHeader(from, to));
        foreach (var step in steps)
            writer.Add(step);
        writer.Finish();
        return output.WrittenSpan.ToArray();
    }
}
