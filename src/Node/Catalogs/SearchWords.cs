using System.Globalization;
using System.Text;

namespace FriendNet.Node.Catalogs;

/// <summary>The words of a question, cut as the index cuts names; marks of its syntax fall away.
/// </summary>
internal sealed class SearchWords
{
    private const int WordsMax = 12;
    private const int CharactersMax = 200;

    private SearchWords(List<string> words) => Words = words;

    internal IReadOnlyList<string> Words { get; }

    /// <summary>Whether results need <see cref="Fits"/>.</summary>
    internal bool HasLong => Words.Any(IsLong);

    /// <summary>Null if no word is in it.</summary>
    internal static SearchWords? Parse(string text)
    {
        var words = Split(text.Length > CharactersMax ? text[..CharactersMax] : text);
        words = [.. words.Distinct(StringComparer.Ordinal).Take(WordsMax)];
        return words.Count == 0 ? null : new SearchWords(words);
    }

    /// <summary>
    /// Questions to the index in the order to try them; results are checked by
    /// <see cref="Fits"/>. A long beginning must be gathered by the index before it is searched,
    /// which is slow if it is common; cut to the length that is indexed it is not, and common
    /// ones are found so. For rare ones, words that are typed to their end are taken as whole.
    /// </summary>
    internal IEnumerable<string> Matches()
    {
        yield return string.Join(' ', Words.Select(Cut));
        if (!Words.Any(IsLong))
            yield break;
        if (Words.Count > 1)
            yield return string.Join(
                ' ',
                Words.Select((w, i) => IsLong(w) && i + 1 < Words.Count ? $"\"{w}\"" : Cut(w))
            );
        yield return string.Join(' ', Words.Select(w => $"\"{w}\"*"));
    }

    /// <summary>
    /// Narrows one of <see cref="Matches"/> to folders whose own name some word begins: a folder
    /// is not lost among the many below it.
    /// </summary>
    internal string InName(string match) =>
        $"({match}) AND name : ({string.Join(" OR ", Words.Select(Cut))})";

    /// <summary>
    /// Whether long words begin a word of the path, as far as this can be told without the
    /// folding of the index, which other than plain letters needs.
    /// </summary>
    internal bool Fits(string path)
    {
        if (!Ascii.IsValid(path))
            return true;
        foreach (var word in Words)
        {
            if (IsLong(word) && Ascii.IsValid(word) && !BeginsWord(path, word))
                return false;
        }

        return true;
    }

    /// <summary>Higher is better: whole words, and words early, in the name itself.</summary>
    internal int Score(string name)
    {
        var score = 0;
        var parts = Split(name);
        foreach (var word in Words)
        {
            var whole = parts.IndexOf(word);
            var begun = whole >= 0 ? whole : parts.FindIndex(p => Begins(p, word));
            if (begun < 0)
                continue;
            score += 100 + (whole >= 0 ? 50 : 0) + Math.Max(0, 10 - begun);
        }

        // Of equals the shorter name says less that was not asked for.
        return score - Math.Min(parts.Count, 40);
    }

    private static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsOfWord(rune) && (word.Length > 0 || !IsMark(rune)))
            {
                word.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        if (word.Length > 0)
            words.Add(word.ToString());
        return words;
    }

    private static bool BeginsWord(string path, string word)
    {
        for (var at = 0; ; at++)
        {
            at = path.IndexOf(word, at, StringComparison.OrdinalIgnoreCase);
            if (at <= 0 || !char.IsAsciiLetterOrDigit(path[at - 1]))
                return at >= 0;
        }
    }

    private static bool Begins(string text, string word) =>
        text.StartsWith(word, StringComparison.Ordinal);

    private static bool IsLong(string word) => word.Length > CatalogSchema.PrefixMax;

    private static string Cut(string word)
    {
        var end = Math.Min(word.Length, CatalogSchema.PrefixMax);
        end -= char.IsHighSurrogate(word[end - 1]) ? 1 : 0;
        return $"\"{word[..end]}\"*";
    }

    // The index drops marks: alone they would ask for nothing, which everything has.
    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark;

    private static bool IsOfWord(Rune rune) =>
        Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherNumber => true,
            UnicodeCategory.PrivateUse => true,
            _ => false,
        };
}
