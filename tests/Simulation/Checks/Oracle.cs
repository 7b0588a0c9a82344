using FriendNet.Simulation.Graphs;

namespace FriendNet.Simulation.Checks;

/// <summary>What a settled world has to look like, from the graph alone. Not thread safe.</summary>
internal sealed class Oracle(Graph graph, int horizon)
{
    private readonly int[] _seen = new int[graph.People];
    private readonly List<int> _reached = [];
    private int _turn;

    /// <summary>Everybody within the horizon but the person: whose catalogs it holds.</summary>
    internal IReadOnlyList<int> Reach(int person) => Reach(person, horizon, -1);

    /// <summary>
    /// How many heads the person is told: by each friend, of each within one step less of that
    /// friend on ways that do not lead over the person.
    /// </summary>
    internal long Paths(int person)
    {
        var paths = 0L;
        foreach (var friend in graph.Friends(person))
            paths += horizon == 2 ? graph.Friends(friend).Length : Told(friend, person);
        return paths;
    }

    /// <summary>How many friends tell the person of that publisher.</summary>
    internal int PathsTo(int person, int publisher)
    {
        var paths = 0;
        foreach (var friend in graph.Friends(person))
        {
            if (horizon == 2)
                paths += friend == publisher || graph.AreFriends(friend, publisher) ? 1 : 0;
            else
                paths += friend == publisher || Tells(friend, person, publisher) ? 1 : 0;
        }

        return paths;
    }

    private bool Tells(int friend, int person, int publisher) =>
        Reach(friend, horizon - 1, person).Contains(publisher);

    private int Told(int friend, int person) => 1 + Reach(friend, horizon - 1, person).Count;

    private List<int> Reach(int from, int steps, int without)
    {
        _turn++;
        _reached.Clear();
        _seen[from] = _turn;
        if (without >= 0)
            _seen[without] = _turn;
        var (first, reached) = (0, _reached);
        Visit(from);
        for (var step = 1; step < steps; step++)
        {
            var last = reached.Count;
            for (; first < last; first++)
                Visit(reached[first]);
        }

        return steps > 0 ? reached : [];

        void Visit(int person)
        {
            foreach (var friend in graph.Friends(person))
            {
                if (_seen[friend] == _turn)
                    continue;
                _seen[friend] = _turn;
                reached.Add(friend);
            }
        }
    }
}
