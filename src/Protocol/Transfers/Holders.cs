using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Who holds which runs of one transfer without offering the files: friends that fetch them too.
/// What they say is believed until they cannot deliver.
/// </summary>
internal sealed class Holders(RunMap map)
{
    private readonly Dictionary<SourceId, RunBits> _bits = [];
    private readonly HashSet<(SourceId, int File)> _refused = [];
    private byte[] _counts = [];

    internal bool Any => _bits.Count > 0;

    internal IReadOnlyCollection<SourceId> Sources => _bits.Keys;

    internal bool Has(SourceId source, int run) =>
        _bits.TryGetValue(source, out var bits) && bits[run];

    /// <summary>Whether that source said that it holds anything.</summary>
    internal bool HasSome(SourceId source) => _bits.ContainsKey(source);

    /// <summary>How many hold that run.</summary>
    internal int Count(int run) => _counts.Length == 0 ? 0 : _counts[run];

    /// <returns>Whether that is news.</returns>
    internal bool Add(SourceId source, int file, IReadOnlyList<int> runs)
    {
        if (_refused.Contains((source, file)))
            return false;
        if (!_bits.TryGetValue(source, out var bits))
        {
            if (_bits.Count == Limits.HoldersMax)
                return false;
            _bits[source] = bits = new(map.Runs);
        }

        if (_counts.Length == 0)
            _counts = new byte[map.Runs];
        var isNews = false;
        foreach (var run in runs)
        {
            var number = map.First(file) + run;
            if (!bits.Set(number))
                continue;
            _counts[number]++;
            isNews = true;
        }

        return isNews;
    }

    /// <summary>It did not deliver what it said it holds: it is not believed for that file.
    /// </summary>
    internal void Refuse(SourceId source, int file)
    {
        if (!_bits.TryGetValue(source, out var bits))
            return;
        _refused.Add((source, file));
        Clear(bits, map.First(file), map.First(file + 1));
    }

    /// <summary>It has no link any more.</summary>
    internal void Remove(SourceId source)
    {
        _refused.RemoveWhere(one => one.Item1 == source);
        if (_bits.Remove(source, out var bits))
            Clear(bits, 0, map.Runs);
    }

    /// <summary>Whether that source holds any run that is not in those.</summary>
    internal bool HoldsMore(SourceId source, RunBits stored) =>
        _bits.TryGetValue(source, out var bits) && bits.NextBeyond(stored, 0) < bits.Count;

    private void Clear(RunBits bits, int from, int to)
    {
        for (var run = from; run < to; run++)
        {
            if (bits.Clear(run))
                _counts[run]--;
        }
    }
}
