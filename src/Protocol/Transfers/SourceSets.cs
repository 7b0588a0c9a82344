using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Sets of sources, each kept once and named by a number: the files of a folder mostly have the
/// same sources, so a file needs 4 bytes for them.
/// </summary>
internal sealed class SourceSets
{
    /// <summary>The number of the set with nobody in it.</summary>
    internal const int Empty = 0;

    private readonly List<HashSet<SourceId>> _sets =
    [
        [],
    ];
    private readonly Dictionary<HashSet<SourceId>, int> _numbers = new(
        HashSet<SourceId>.CreateSetComparer()
    )
    {
        [[]] = Empty,
    };

    internal IReadOnlySet<SourceId> this[int number] => _sets[number];

    internal int NumberOf(IEnumerable<SourceId> sources)
    {
        HashSet<SourceId> set = [.. sources];
        if (_numbers.TryGetValue(set, out var number))
            return number;
        _sets.Add(set);
        _numbers[set] = _sets.Count - 1;
        return _sets.Count - 1;
    }

    /// <summary>Whether any set, also one of no use any more, has that source.</summary>
    internal bool Knows(SourceId source) => _sets.Exists(set => set.Contains(source));

    internal int Without(int number, SourceId source) =>
        _sets[number].Contains(source)
            ? NumberOf(_sets[number].Where(other => other != source))
            : number;
}
