namespace FriendNet.Simulation.Worlds;

/// <summary>For a while nothing passes between some nodes and the others.</summary>
/// <param name="isInside">Of each node: on which side it is.</param>
internal sealed class Partition(long from, long until, bool[] isInside)
{
    internal long From => from;

    internal bool Parts(int one, int other, long now) =>
        now >= from && now < until && isInside[one] != isInside[other];
}
