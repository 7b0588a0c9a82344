using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Downloads;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Tests.Protocol.Transfers;
using Xunit;

namespace FriendNet.Tests.Node.Downloads;

/// <summary>A file with its real id, and the proofs of its runs.</summary>
internal sealed class PoisonedFile(byte[] bytes)
{
    private readonly RunTree _tree = new(
        bytes.Length > MerkleTree.RunBytes ? MemoryFriend.LayerOf(bytes) : []
    );

    internal ContentId Id { get; } = new(MemoryFriend.RootOf(bytes), bytes.Length);

    internal Span<byte> Run(int run) =>
        bytes.AsSpan(run * MerkleTree.RunBytes, MerkleTree.RunLength(bytes.Length, run));

    internal Hash256[] Prove(int run)
    {
        var proof = new Hash256[_tree.ProofCount];
        _tree.Prove(run, proof);
        return proof;
    }
}

/// <summary>
/// One fetch of some files, in virtual time, of sources that change a byte in so many of the runs
/// that they send. Who is caught answers which leaf it was truly, wrongly, or not at all.
/// </summary>
internal sealed class PoisonedWorld
{
    private const double SourceBytesPerSecond = 20e6;
    private readonly ScriptedWorld _world = new();
    private readonly SliceCheck _check = new();
    private readonly Blames _blames = new();
    private readonly IReadOnlyList<PoisonedFile> _files;
    private readonly Random _random;
    private readonly HashSet<(ContentId, int)> _right = [];
    private readonly Dictionary<int, int> _askedWhenCaught = [];
    private int _kept;

    internal PoisonedWorld(IReadOnlyList<PoisonedFile> files, int seed, double[] shares)
    {
        (_files, _random) = (files, new(seed));
        _world.Offers = (_, _) => Enumerable.Range(0, shares.Length).Select(ScriptedWorld.Friend);
        _world.Scheduler.Kept = Kept;
        for (var source = 0; source < shares.Length; source++)
        {
            var (number, share) = (source, shares[source]);
            var link = _world.Link(number, number);
            link.BytesPerSecond = SourceBytesPerSecond;
            link.Fail = slice => Receive(number, share, slice);
        }
    }

    /// <summary>The wrong bytes that arrived.</summary>
    internal List<(int Source, Slice Slice, long Leaf)> Sent { get; } = [];

    internal IEnumerable<int> Guilty => Sent.Select(one => one.Source).Distinct();

    /// <summary>All of it; gives the seconds.</summary>
    internal double Fetch()
    {
        var before = _world.Now;
        _world.Download(1, [.. _files.Select(file => new WantedFile(file.Id, null))]);
        _world.Run();
        Assert.Single(_world.Finished);
        var runs = _files.Sum(file => MerkleTree.RunCount(file.Id.Length));
        Assert.Equal(runs, _world.Stored.Select(stored => stored.Slice).Distinct().Count());
        Assert.Equal(_world.Stored.Count, _kept);
        return (_world.Now - before).TotalSeconds;
    }

    /// <summary>Each that sent something wrong, by leaves that it sent, and nobody else.</summary>
    internal void NamesThemAll()
    {
        foreach (var blame in _world.Blames)
            _blames.Note(blame.Link, blame.Slice, blame.Source, $"{blame.Slice.File}");
        var named = _blames.All;
        var sent = Sent.Select(one => (Name(one.Source), $"{one.Slice.File}", (long?)one.Leaf));
        Assert.Subset(
            sent.ToHashSet(),
            named.Select(one => (one.Source, one.File, one.Leaf)).ToHashSet()
        );
        Assert.Equal(Guilty.Select(Name).ToHashSet(), named.Select(one => one.Source).ToHashSet());
        foreach (var (source, asked) in _askedWhenCaught)
            Assert.DoesNotContain(_world.Asked.Skip(asked), one => one.Link.Value == source);
    }

    private static SourceId Name(int source) => SourceId.Of(ScriptedWorld.Friend(source));

    /// <summary>What is told to others, and served.</summary>
    private void Kept(ContentId id, int run, Instant now)
    {
        Assert.Contains((id, run), _right);
        _kept++;
    }

    private SliceFailure? Receive(int source, double share, Slice slice)
    {
        var file = _files[slice.File];
        var bytes = file.Run(slice.Run);
        var proof = file.Prove(slice.Run);
        var wrong = _random.NextDouble() < share ? _random.Next(bytes.Length) : -1;
        if (wrong >= 0)
            bytes[wrong] ^= 1;
        var run = new RunOfContent(file.Id, slice.Run);
        var isGood = _check.IsGood(run, bytes, proof);
        if (wrong >= 0)
            bytes[wrong] ^= 1;
        Assert.Equal(wrong < 0, isGood);
        if (isGood)
        {
            _blames.Right(slice, _check.Leaves);
            _right.Add((file.Id, slice.Run));
            return null;
        }

        var leaf = ((long)slice.Run * MerkleTree.RunLeaves) + (wrong / MerkleTree.LeafBytes);
        Sent.Add((source, slice, leaf));
        _askedWhenCaught.TryAdd(source, _world.Asked.Count);
        var (link, received) = (new LinkId(source), _check.Leaves.ToArray());
        _blames.Note(link, slice, received);
        var told = _random.Next(3) switch
        {
            0 => Hashes(run, bytes),
            1 => received,
            _ => [],
        };
        var found = _check.AskLeaves(run, proof).FirstBadLeaf(MemoryMarshal.AsBytes<Hash256>(told));
        if (found >= 0)
            _blames.Note(link, slice, found);
        return SliceFailure.Corrupt;
    }

    private static Hash256[] Hashes(RunOfContent run, ReadOnlySpan<byte> bytes)
    {
        var hasher = new RunHasher();
        hasher.Begin(run.Id.Length, run.Run);
        hasher.Append(bytes);
        return hasher.Leaves.ToArray();
    }
}
