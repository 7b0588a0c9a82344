namespace FriendNet.Node.Catalogs;

/// <summary>Names and paths in the order of their UTF-8 bytes, as SQLite has them.</summary>
public static class Names
{
    private const int SurrogatesFrom = 0xD800;
    private const int AfterSurrogates = 0xE000;

    public static IComparer<string> Order { get; } = Comparer<string>.Create(Compare);

    public static int Compare(string one, string other)
    {
        var length = Math.Min(one.Length, other.Length);
        for (var i = 0; i < length; i++)
        {
            if (one[i] != other[i])
            {
                return Rank(one[i]).CompareTo(Rank(other[i]));
            }
        }

        return one.Length.CompareTo(other.Length);
    }

    // Surrogates stand for what comes after all that one unit can say.
    private static int Rank(char unit) =>
        unit < SurrogatesFrom ? unit
        : unit < AfterSurrogates ? unit + char.MaxValue
        : unit;
}
