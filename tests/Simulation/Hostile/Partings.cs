using FriendNet.Simulation.Nodes;
using FriendNet.Simulation.Worlds;

namespace FriendNet.Simulation.Hostile;

/// <summary>The one removed the other at that moment; the other hears of it later, or never.
/// </summary>
internal sealed record Parting(int One, int Other, long At);

/// <summary>Friendships of a hostile world that end, and some that begin, as in life.</summary>
internal sealed class Partings(World world, Seeds draws)
{
    private const int Ends = 4;
    private const int Begins = 2;
    private const long From = 15 * World.Second;
    private const long LaterMax = 30 * World.Second;
    private const long RedeemTime = World.Second;

    /// <summary>Before the world runs.</summary>
    /// <param name="added">A node has a friend more.</param>
    internal IReadOnlyList<Parting> Begin(long within, Action<SimNode> added)
    {
        var ended = new List<Parting>();
        var seen = new HashSet<(int, int)>();
        while (ended.Count < Ends)
        {
            var one = draws.Next(world.Graph.People);
            var friends = world.Graph.Friends(one);
            // Who has one friend only would be out of the world.
            if (friends.Length < 2)
                continue;
            var other = friends[draws.Next(friends.Length)];
            if (!seen.Add((Math.Min(one, other), Math.Max(one, other))))
                continue;
            var at = From + draws.Next(within - From);
            ended.Add(new Parting(one, other, at));
            End(one, other, at);
            if (draws.Next(2) == 0)
                End(other, one, at + draws.Next(LaterMax));
        }

        for (var begun = 0; begun < Begins; )
        {
            var (one, other) = (draws.Next(world.Graph.People), draws.Next(world.Graph.People));
            if (one == other || world.Graph.AreFriends(one, other))
                continue;
            if (!seen.Add((Math.Min(one, other), Math.Max(one, other))))
                continue;
            begun++;
            var at = From + draws.Next(within - From);
            Join(one, other, at, added);
            Join(other, one, at + draws.Next(RedeemTime), added);
        }

        return ended;
    }

    private void End(int one, int other, long at)
    {
        world.Friends.End(one, other, at);
        world.At(at, one, node => node.Friends.Remove(other));
    }

    private void Join(int one, int other, long at, Action<SimNode> added)
    {
        world.Friends.Begin(one, other, at);
        world.At(
            at,
            one,
            node =>
            {
                node.Friends.Add(other);
                added(node);
            }
        );
    }
}
