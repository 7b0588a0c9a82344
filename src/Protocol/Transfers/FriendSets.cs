using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Sets of friends, each kept once and named by a number: the files of a folder mostly have the
/// same sources, so a file needs 4 bytes for them.
/// </summary>
internal sealed class FriendSets
{
    /// <summary>The number of the set with nobody in it.</summary>
    internal const int Empty = 0;

    private readonly List<HashSet<FriendId>> _sets =
    [
        [],
    ];
    private readonly Dictionary<HashSet<FriendId>, int> _numbers = new(
        HashSet<FriendId>.CreateSetComparer()
    )
    {
        [[]] = Empty,
    };

    internal IReadOnlySet<FriendId> this[int number] => _sets[number];

    internal int NumberOf(IEnumerable<FriendId> friends)
    {
        HashSet<FriendId> set = [.. friends];
        if (_numbers.TryGetValue(set, out var number))
            return number;
        _sets.Add(set);
        _numbers[set] = _sets.Count - 1;
        return _sets.Count - 1;
    }

    internal int Without(int number, FriendId friend) =>
        _sets[number].Contains(friend)
            ? NumberOf(_sets[number].Where(other => other != friend))
            : number;
}
