using System.Buffers.Binary;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Friends that fetch the same. For each run there is a line of all of them and us, by rendezvous
/// hashing (Thaler, Ravishankar 1998): all agree on it without a word, and fetch first what they
/// are first in line for.
/// </summary>
public sealed class Fellows(FriendId self, RunMap map, IReadOnlyList<WantedFile> files)
{
    private const int OrderBits = 20;
    private readonly HashSet<FriendId> _fellows = [];

    /// <summary>By run, how many of them come before us.</summary>
    private byte[] _before = [];

    public bool Any => _fellows.Count > 0;

    public void Add(FriendId fellow)
    {
        if (_fellows.Count == Limits.HoldersMax || !_fellows.Add(fellow))
            return;
        if (_before.Length == 0)
            _before = new byte[map.Runs];
        foreach (var run in Before(fellow))
            _before[run]++;
    }

    public void Remove(FriendId fellow)
    {
        if (!_fellows.Remove(fellow))
            return;
        foreach (var run in Before(fellow))
            _before[run]--;
    }

    /// <summary>
    /// Least first. Who is first in line for a run and who comes next begin from both ends of the
    /// same order, so that they meet late.
    /// </summary>
    public int Rank(int file, int run)
    {
        var order = (int)(KeyOf(file, run) >> (64 - OrderBits));
        var before = _before[run];
        return (before << OrderBits) | (before == 0 ? order : (1 << OrderBits) - 1 - order);
    }

    private IEnumerable<int> Before(FriendId fellow)
    {
        var file = 0;
        for (var run = 0; run < map.Runs; run++)
        {
            file = map.FileOf(run, file);
            var key = KeyOf(file, run);
            if (Weight(fellow, key) > Weight(self, key))
                yield return run;
        }
    }

    /// <summary>The same for all who fetch that run, in whatever folder.</summary>
    private ulong KeyOf(int file, int run)
    {
        Span<byte> root = stackalloc byte[Hash256.Size];
        files[file].Id.Root.CopyTo(root);
        var name = BinaryPrimitives.ReadUInt64LittleEndian(root);
        return Mixed(name ^ (ulong)(run - map.First(file)));
    }

    // Who grinds an id for it gains a place in the order, no more.
    private static ulong Weight(FriendId friend, ulong key) =>
        Mixed(unchecked((ulong)friend.Value) ^ key);

    /// <summary>The finalizer of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private static ulong Mixed(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
