using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using FriendNet.Simulation.Checks;
using FriendNet.Simulation.Contents;
using FriendNet.Simulation.Graphs;
using FriendNet.Simulation.Nodes;

namespace FriendNet.Simulation.Worlds;

/// <summary>
/// Nodes, what happens to them, and when. What one node sends another takes as long as the
/// shortest delay, so nodes are run side by side for that long; what happens to a node, and in
/// which order, does not depend on the number of threads.
/// </summary>
internal sealed class World
{
    internal const long Second = 1_000_000;

    /// <summary>What was told while a friendship lasted may arrive, and be asked for, so much
    /// later.</summary>
    internal const long OnTheWay = 10 * Second;

    /// <summary>World time 0, for those who want a date: 2027-01-15.</summary>
    internal static readonly Instant Epoch = new(1_800_000_000 * Second);

    private readonly Shard[] _shards;
    private readonly ConcurrentDictionary<PseudonymId, int> _owners = new();
    private readonly ConcurrentDictionary<Hash256, SignedHead> _signed = new();
    private readonly List<Partition> _partitions = [];
    private readonly long _window;
    private int _scripts;

    internal World(Graph graph, WorldSettings settings)
    {
        (Graph, Settings) = (graph, settings);
        Friends = new Friendships(graph);
        Library = new Library(settings.IsForgetful);
        Checks = new Invariants(this);
        _window = settings.DelayMin * 1000L;
        var shards = settings.Threads;
        _shards = [.. Enumerable.Range(0, shards).Select(number => new Shard(shards, number))];
        Nodes = [.. Enumerable.Range(0, graph.People).Select(i => new SimNode(this, Of(i), i))];
    }

    internal Graph Graph { get; }

    /// <summary>Who is whose friend at which moment.</summary>
    internal Friendships Friends { get; }

    internal WorldSettings Settings { get; }

    internal SimNode[] Nodes { get; }

    internal Library Library { get; }

    internal HeadMemo Heads { get; } = new();

    internal Invariants Checks { get; }

    /// <summary>What is shared that has bytes; not changed while it runs.</summary>
    internal Dictionary<ContentId, FileCard> Files { get; } = [];

    internal long Now { get; private set; }

    internal long Events => _shards.Sum(shard => shard.Events);

    /// <summary>When something last came that was not of links that idle.</summary>
    internal long BusyAt => _shards.Max(shard => shard.BusyAt);

    /// <summary>A node made itself a pseudonym.</summary>
    internal void Register(PseudonymId pseudonym, int node) => _owners[pseudonym] = node;

    /// <summary>A node signed this.</summary>
    internal void Register(SignedHead head) => _signed[head.Id] = head;

    internal bool IsGenuine(SignedHead head) => _signed.ContainsKey(head.Id);

    /// <summary>Whose it is; null: nobody's, so made up by somebody who lies.</summary>
    internal int? OwnerOf(PseudonymId pseudonym) =>
        _owners.TryGetValue(pseudonym, out var node) ? node : null;

    /// <summary>Lets something happen to a node; between runs only.</summary>
    internal void At(long time, int node, Action<SimNode> happens) =>
        Of(node).Post(new(time, node, 0, ++_scripts, ArrivalKind.Script, 0, 0, happens));

    /// <summary>
    /// Lets links between the two sides end without a word, and none begin until it is over;
    /// between runs only.
    /// </summary>
    internal void Add(Partition partition)
    {
        _partitions.Add(partition);
        for (var number = 0; number < Nodes.Length; number++)
            At(partition.From, number, node => node.LoseParted());
    }

    internal bool AreParted(int one, int other, long now) =>
        _partitions.Exists(partition => partition.Parts(one, other, now));

    /// <summary>One way between two nodes, in microseconds.</summary>
    internal long Delay(int one, int other)
    {
        var pair = ((ulong)Math.Min(one, other) << 32) | (uint)Math.Max(one, other);
        var range = (ulong)(Settings.DelayMax - Settings.DelayMin) * 1000;
        return _window + (long)(Seeds.Mix(pair ^ Seeds.Mix(Settings.Seed)) % (range + 1));
    }

    /// <summary>Runs to that moment.</summary>
    internal void Run(long until)
    {
        if (_shards.Length == 1)
            _shards[0].Run(Nodes, until);
        else
            RunShards(until);
        Now = until;
    }

    /// <summary>Until nothing but idling happened for so long. False: it never ended.</summary>
    internal bool RunUntilQuiet(long quiet, long most)
    {
        var (start, end) = (Now, Now + most);
        while (Now < end)
        {
            Run(Now + Second);
            if (Now - Math.Max(start, BusyAt) >= quiet)
                return true;
        }

        return false;
    }

    /// <summary>Of all that happened, in order: equal worlds have equal hashes.</summary>
    internal string TraceHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        foreach (var node in Nodes)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, node.Trace.Hash);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private Shard Of(int node) => _shards[node % _shards.Length];

    private void RunShards(long until)
    {
        var (end, failures) = (0L, new Exception?[_shards.Length]);
        // After each window all agendas are whole: the earliest of them begins the next one.
        using var gathered = new Barrier(
            _shards.Length,
            _ => end = Math.Min(until, _shards.Min(shard => shard.NextAt) + _window)
        );
        using var ran = new Barrier(_shards.Length);
        var threads = new Thread[_shards.Length];
        for (var number = 0; number < threads.Length; number++)
        {
            var own = number;
            threads[own] = new Thread(() => RunShard(own));
            threads[own].Start();
        }

        foreach (var thread in threads)
            thread.Join();
        if (failures.FirstOrDefault(failure => failure is not null) is { } first)
            throw new InvalidOperationException("A node failed.", first);

        void RunShard(int number)
        {
            while (true)
            {
                _shards[number].Collect(_shards);
                gathered.SignalAndWait();
                var due = _shards.Min(shard => shard.NextAt);
                if (due >= until || Array.Exists(failures, failure => failure is not null))
                    return;
                ran.SignalAndWait();
                try
                {
                    _shards[number].Run(Nodes, end);
                }
                catch (Exception e)
                {
                    // The other threads wait at the barrier: told after the window.
                    failures[number] = e;
                }

                ran.SignalAndWait();
            }
        }
    }
}
