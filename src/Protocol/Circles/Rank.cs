using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Circles;

/// <summary>
/// Where a pseudonym stands among those that a friend could be told: the nearer ones first.
/// </summary>
internal readonly record struct Rank(int Hops, PseudonymId Id) : IComparable<Rank>
{
    public static bool operator <(Rank left, Rank right) => left.CompareTo(right) < 0;

    public static bool operator >(Rank left, Rank right) => left.CompareTo(right) > 0;

    public static bool operator <=(Rank left, Rank right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Rank left, Rank right) => left.CompareTo(right) >= 0;

    public int CompareTo(Rank other) =>
        Hops == other.Hops ? Id.Key.CompareTo(other.Id.Key) : Hops.CompareTo(other.Hops);
}
