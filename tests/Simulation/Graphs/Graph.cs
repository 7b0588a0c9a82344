namespace FriendNet.Simulation.Graphs;

/// <summary>Who is whose friend: people 0..n-1, each one's friends ascending.</summary>
internal sealed class Graph
{
    private readonly int[] _first;
    private readonly int[] _friends;

    /// <param name="edges">Doubles, either way round, and self-loops are dropped.</param>
    internal Graph(int people, IEnumerable<(int One, int Other)> edges)
    {
        var seen = new HashSet<(int, int)>();
        foreach (var (one, other) in edges)
        {
            if (one != other)
                seen.Add((Math.Min(one, other), Math.Max(one, other)));
        }

        Edges = seen.Count;
        _first = new int[people + 1];
        foreach (var (one, other) in seen)
        {
            _first[one + 1]++;
            _first[other + 1]++;
        }

        for (var person = 0; person < people; person++)
            _first[person + 1] += _first[person];
        _friends = new int[2 * Edges];
        var next = _first.AsSpan(0, people).ToArray();
        foreach (var (one, other) in seen)
        {
            _friends[next[one]++] = other;
            _friends[next[other]++] = one;
        }

        for (var person = 0; person < people; person++)
            _friends.AsSpan(_first[person].._first[person + 1]).Sort();
    }

    internal int People => _first.Length - 1;

    internal int Edges { get; }

    internal double Degree => 2.0 * Edges / Math.Max(1, People);

    internal ReadOnlySpan<int> Friends(int person) =>
        _friends.AsSpan(_first[person].._first[person + 1]);

    internal bool AreFriends(int one, int other) => Friends(one).BinarySearch(other) >= 0;

    /// <summary>Whether so many steps lead from one to the other.</summary>
    internal bool AreWithin(int one, int other, int steps)
    {
        if (one == other || (steps >= 1 && AreFriends(one, other)))
            return true;
        if (steps == 2)
            return Common(Friends(one), Friends(other)) > 0;
        foreach (var friend in steps > 2 ? Friends(one) : [])
        {
            if (AreWithin(friend, other, steps - 1))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Mean over people with two friends or more, at most so many of them: which part of the
    /// pairs of friends are friends themselves.
    /// </summary>
    internal double Clustering(int peopleMax)
    {
        var (sum, counted) = (0.0, 0);
        var step = Math.Max(1, People / peopleMax);
        for (var person = 0; person < People; person += step)
        {
            var friends = Friends(person);
            if (friends.Length < 2)
                continue;
            var pairs = 0L;
            foreach (var friend in friends)
                pairs += Common(friends, Friends(friend));
            sum += pairs / ((double)friends.Length * (friends.Length - 1));
            counted++;
        }

        return counted == 0 ? 0 : sum / counted;
    }

    private static int Common(ReadOnlySpan<int> one, ReadOnlySpan<int> other)
    {
        var (i, j, common) = (0, 0, 0);
        while (i < one.Length && j < other.Length)
        {
            var order = one[i].CompareTo(other[j]);
            common += order == 0 ? 1 : 0;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return common;
    }
}
