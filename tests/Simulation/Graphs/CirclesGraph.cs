using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Graphs;

/// <summary>
/// Makes a graph of overlapping circles of friends, a relaxed caveman graph: each person is in
/// r = max(1, ⌊1/C⌋) groups of K/r + 1, all befriended within; then each edge's end moves to a
/// random person with the probability 1 − ∛(C·r). Mean degree and clustering come near K and C.
/// </summary>
internal static class CirclesGraph
{
    internal static Graph Make(int people, double degree, double clustering, ulong seed)
    {
        var seeds = new Seeds(seed, Purpose.Graph);
        var rounds = Math.Max(1, (int)(1 / clustering));
        var size = Math.Max(2, (int)Math.Round(degree / rounds) + 1);
        var moved = 1 - Math.Cbrt(Math.Min(1, clustering * rounds));
        int[] order = [.. Enumerable.Range(0, people)];
        var edges = new List<(int, int)>();
        for (var round = 0; round < rounds; round++)
        {
            seeds.Shuffle<int>(order);
            for (var first = 0; first < people; first += size)
            {
                var last = Math.Min(people, first + size);
                for (var i = first; i < last; i++)
                {
                    for (var j = i + 1; j < last; j++)
                        edges.Add(Edge(order[i], order[j]));
                }
            }
        }

        return new Graph(people, edges);

        (int, int) Edge(int one, int other) =>
            seeds.NextPart() >= moved ? (one, other)
            : seeds.Next(2) == 0 ? (seeds.Next(people), other)
            : (one, seeds.Next(people));
    }
}
