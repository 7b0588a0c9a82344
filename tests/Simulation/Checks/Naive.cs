using FriendNet.Simulation.Graphs;

namespace FriendNet.Simulation.Checks;

/// <summary>
/// What a person would receive if every friend sent all that it may pass on, without asking:
/// its own catalog, and those of its friends but the person. Of a horizon of 2; computed.
/// </summary>
internal static class Naive
{
    /// <param name="costs">Of each person's head and catalog.</param>
    internal static double[] Flooding(Graph graph, double[] costs)
    {
        var around = new double[graph.People];
        for (var person = 0; person < graph.People; person++)
        {
            foreach (var friend in graph.Friends(person))
                around[person] += costs[friend];
        }

        var flooded = new double[graph.People];
        for (var person = 0; person < graph.People; person++)
        {
            foreach (var friend in graph.Friends(person))
                flooded[person] += costs[friend] + around[friend] - costs[person];
        }

        return flooded;
    }
}
