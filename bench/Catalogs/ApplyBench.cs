using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Ids;

namespace FriendNet.Bench.Catalogs;

/// <summary>
/// A catalog of 100,000 entries comes whole: read, checked against its root, written, searchable.
/// Each goes into a store that is empty. Goal: 5 s, so that a new friend is browsed at once.
/// </summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 5)]
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls the cleanup.")]
public class ApplyBench
{
    private readonly string _folder = Directory.CreateTempSubdirectory("friendnet-").FullName;
    private CatalogStore _store = null!;
    private byte[] _delta = [];
    private int _stores;

    [Params(100_000)]
    public int Entries { get; set; }

    [GlobalSetup]
    public void Setup() => _delta = Gossip.First(1, Entries);

    [IterationSetup]
    public void Open()
    {
        var path = Path.Combine(_folder, $"{_stores++}.db");
        _store = CatalogStore.Open(path, () => DateTimeOffset.UtcNow, Console.WriteLine)!;
    }

    [Benchmark]
    public void Apply() => Gossip.Apply(_store, new FriendId(1), _delta);

    [IterationCleanup]
    public void Close() => _store.Dispose();

    [GlobalCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);
}
