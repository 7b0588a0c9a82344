using System.Buffers;
using FriendNet.Crypto.Merkle;
using FriendNet.Node.Catalogs;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Bench.Catalogs;

/// <summary>
/// What friends send all the time: changes of 1% to catalogs that are held, there and back, and
/// new catalogs of 200 to 20,000 entries. Made ready before it is applied.
/// </summary>
internal sealed class Gossip
{
    private const int Changing = 40;
    private const int New = 12;
    private const double Shared = 0.3;
    private static readonly List<CatalogEntry> Others = Names.Entries(-1, 50_000);

    private readonly CatalogStore _store;
    private readonly List<(FriendId Source, byte[] There, byte[] Back)> _changes = [];
    private readonly List<(int Entries, byte[] Delta)> _new = [];
    private readonly List<FriendId> _brought = [];
    private int _steps;
    private int _changed;

    internal Gossip(CatalogStore store, int[] sizes)
    {
        _store = store;
        for (var i = 0; i < Changing; i++)
        {
            var source = i * (sizes.Length / Changing);
            var change = Change(source, sizes[source]);
            _changes.Add((change.Source, change.There, change.Back));
            // A run before may have ended between there and back.
            if (store.HaveRoot(change.Source) != change.From)
                Apply(store, change.Source, change.Back);
        }

        for (var i = 0; i < New; i++)
        {
            var size = (int)(200 * Math.Pow(100, i / (New - 1.0)));
            _new.Add((size, First(1_000_000 + i, size)));
        }
    }

    /// <summary>Applies while that runs, and says how much.</summary>
    internal string While(Action work)
    {
        var (running, changes, entries) = (true, _changed, 0);
        var worker = new Thread(() =>
        {
            for (; Volatile.Read(ref running); _steps++)
            {
                if (_steps % 4 == 3)
                    entries += Bring(_steps / 4);
                else
                    Change(_changed++);
            }
        });
        worker.Start();
        work();
        Volatile.Write(ref running, false);
        worker.Join();
        foreach (var source in _brought)
            _store.Remove(source);
        _brought.Clear();
        return $"{_changed - changes} changes of 1% and {entries} new entries";
    }

    internal static void Apply(CatalogStore store, FriendId friend, byte[] delta)
    {
        var outcome = store.ApplyAsync(friend, new MemoryStream(delta)).GetAwaiter().GetResult();
        if (outcome.Held is null)
            throw new InvalidOperationException(outcome.Why);
    }

    internal static byte[] First(int seed, int count) =>
        Delta([], Entries(seed, count), isWhole: true);

    private int Bring(int number)
    {
        var (entries, delta) = _new[number % _new.Count];
        _brought.Add(new FriendId((UInt128)2_000_000 + (UInt128)number));
        Apply(_store, _brought[^1], delta);
        return entries;
    }

    private void Change(int number)
    {
        var (source, there, back) = _changes[number % Changing];
        Apply(_store, source, number / Changing % 2 == 0 ? there : back);
    }

    private static List<CatalogEntry> Entries(int seed, int count)
    {
        var random = new Random(seed);
        var entries = Names.Entries(seed, count);
        for (var i = 0; i < count; i++)
        {
            if (random.NextDouble() < Shared)
                entries[i] = entries[i] with
                {
                    Content = Others[random.Next(Others.Count)].Content,
                };
        }

        return entries;
    }

    private static (FriendId Source, Hash256 From, byte[] There, byte[] Back) Change(
        int seed,
        int count
    )
    {
        var random = new Random(seed);
        var before = Entries(seed, count);
        var after = before.ToList();
        for (var i = 0; i < Math.Max(1, count / 100); i++)
        {
            var at = random.Next(after.Count);
            // Half have new bytes, half other names.
            after[at] =
                i % 2 == 0 ? after[at] with { Modified = 1 } : Names.Entries(5_000_000 + i, 1)[0];
        }

        var root = Head(before).Root;
        return (new((UInt128)seed + 1), root, Delta(before, after), Delta(after, before));
    }

    private static byte[] Delta(
        List<CatalogEntry> from,
        List<CatalogEntry> to,
        bool isWhole = false
    )
    {
        var output = new ArrayBufferWriter<byte>();
        var have = isWhole ? default : Head(from).Root;
        using var writer = new DeltaWriter(output, new DeltaHeader(have, Head(to)));
        var kept = to.Select(e => e.Path).ToHashSet();
        foreach (var entry in from.Where(e => !kept.Contains(e.Path)))
            writer.Add(DeltaStep.Remove(entry.Path));
        foreach (var entry in to.Except(from))
            writer.Add(DeltaStep.Upsert(entry));
        writer.Finish();
        return output.WrittenSpan.ToArray();
    }

    private static CatalogHead Head(List<CatalogEntry> entries)
    {
        var root = TreeHash.Root(entries.Select(e => e.Item()).OrderBy(i => i.Key));
        return new CatalogHead(root, entries.Count, entries.Sum(e => e.Content.Length));
    }
}
