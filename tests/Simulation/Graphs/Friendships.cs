namespace FriendNet.Simulation.Graphs;

/// <summary>
/// Who regards whom as a friend, and when: what the graph says, but for friendships that begin or
/// end later, on one side before the other. Not changed while a world runs.
/// </summary>
internal sealed class Friendships(Graph graph)
{
    private readonly Dictionary<(int One, int Other), Time> _times = [];
    private readonly Dictionary<int, SortedSet<int>> _added = [];

    /// <summary>From that moment on the one is a friend to the other no more.</summary>
    internal void End(int one, int other, long at) =>
        _times[(one, other)] = new Time(long.MinValue, at);

    /// <summary>From that moment on it is, and was not before.</summary>
    internal void Begin(int one, int other, long at)
    {
        _times[(one, other)] = new Time(at, long.MaxValue);
        if (!_added.TryGetValue(one, out var friends))
            _added.Add(one, friends = []);
        friends.Add(other);
    }

    /// <summary>Whether the one takes the other for a friend.</summary>
    internal bool Regards(int one, int other, long at) => Regards(one, other, at, at);

    /// <summary>The same, at some moment of these.</summary>
    internal bool Regards(int one, int other, long since, long until) =>
        _times.Count > 0 && _times.TryGetValue((one, other), out var time)
            ? time.From <= until && time.Until > since
            : graph.AreFriends(one, other);

    internal bool AreFriends(int one, int other, long at) =>
        Regards(one, other, at) && Regards(other, one, at);

    /// <summary>Whom that one takes for friends, ascending.</summary>
    internal IReadOnlyList<int> Of(int one, long at) =>
        [.. Ever(one).Where(other => Regards(one, other, at))];

    /// <summary>
    /// Whether so many steps lead from one to the other, each between two of whom one took the
    /// other for a friend at some moment of these: it may tell what it was told before.
    /// </summary>
    internal bool AreWithin(int one, int other, int steps, long since, long until)
    {
        if (_times.Count == 0)
            return graph.AreWithin(one, other, steps);
        if (one == other)
            return true;
        foreach (var next in steps > 0 ? Ever(one) : [])
        {
            var isStep = Regards(one, next, since, until) || Regards(next, one, since, until);
            if (isStep && AreWithin(next, other, steps - 1, since, until))
                return true;
        }

        return false;
    }

    private IEnumerable<int> Ever(int one)
    {
        int[] friends = [.. graph.Friends(one)];
        return _added.TryGetValue(one, out var added) ? friends.Union(added).Order() : friends;
    }

    private readonly record struct Time(long From, long Until);
}
