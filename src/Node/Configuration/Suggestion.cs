namespace FriendNet.Node.Configuration;

/// <summary>What somebody may have meant by a word that is not known.</summary>
public static class Suggestion
{
    private const int EditsMax = 3;

    /// <returns>" Did you mean …?" with a leading space, or nothing.</returns>
    public static string For(string word, IEnumerable<string> known)
    {
        var best = known.MinBy(candidate => Edits(word, candidate));
        return best is not null && Edits(word, best) <= Math.Min(EditsMax, best.Length / 2)
            ? $" Did you mean \"{best}\"?"
            : "";
    }

    /// <summary>Levenshtein's distance.</summary>
    public static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var change = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
