namespace FriendNet.Protocol.Circles;

/// <summary>
/// Where a pseudonym stands among those that one friend offers: the nearer ones first, then
/// those told already, then by a draw of ours, so that no choice of keys wins anything.
/// </summary>
internal readonly record struct Rank(int Hops, bool IsNew, ulong Draw) : IComparable<Rank>
{
    public static bool operator <(Rank left, Rank right) => left.CompareTo(right) < 0;

    public static bool operator >(Rank left, Rank right) => left.CompareTo(right) > 0;

    public static bool operator <=(Rank left, Rank right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Rank left, Rank right) => left.CompareTo(right) >= 0;

    public int CompareTo(Rank other)
    {
        var order = Hops.CompareTo(other.Hops);
        order = order != 0 ? order : IsNew.CompareTo(other.IsNew);
        return order != 0 ? order : Draw.CompareTo(other.Draw);
    }
}
