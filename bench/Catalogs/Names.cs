using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;

namespace FriendNet.Bench.Catalogs;

/// <summary>Made-up music, pictures and documents whose words are as frequent as in language.
/// </summary>
internal static class Names
{
    private static readonly string[] Words = [.. Enumerable.Range(0, 20_000).Select(Word)];

    private static readonly string[] Kinds = ["flac", "mp3", "jpg", "pdf", "mkv", "txt"];

    internal static List<CatalogEntry> Entries(int seed, int count)
    {
        var random = new Random(seed);
        var entries = new List<CatalogEntry>(count);
        var (folder, left) = ("", 0);
        var root = new byte[32];
        while (entries.Count < count)
        {
            if (left-- == 0)
            {
                left = random.Next(4, 24);
                folder =
                    $"Media/{Pick(random)} {Pick(random)}/{1950 + random.Next(75)} "
                    + $"{Pick(random)} {Pick(random)} (remastered) {entries.Count}";
            }

            var kind = Kinds[entries.Count / 1000 % Kinds.Length];
            var name = $"{left:D2} - {Pick(random)} {Pick(random)} {Pick(random)}.{kind}";
            if (!CatalogPath.TryParse($"{folder}/{name}", out var path))
                throw new InvalidOperationException(name);
            random.NextBytes(root);
            var content = new ContentId(new Hash256(root), random.NextInt64(1, 1L << 26));
            entries.Add(new CatalogEntry(path, content, random.NextInt64(1L << 31)));
        }

        return entries;
    }

    /// <summary>What somebody has typed so far: common and rare words, whole and begun.</summary>
    internal static string Question(Random random)
    {
        string[] common = ["remastered", "remaste", "media", "m", "fl", "flac", "mp3", "19", "the"];
        var word = Pick(random);
        return random.Next(5) switch
        {
            0 => common[random.Next(common.Length)],
            1 => $"{word} {common[random.Next(common.Length)]}",
            2 => word[..random.Next(1, word.Length + 1)],
            3 => $"{Pick(random)} {word[..random.Next(1, word.Length + 1)]}",
            _ => $"{Pick(random)} {word}",
        };
    }

    // Zipf, roughly: the first words are everywhere, the last ones once.
    private static string Pick(Random random) =>
        Words[(int)Math.Pow(Words.Length, random.NextDouble()) - 1];

    private static string Word(int number)
    {
        string[] parts = ["ka", "lo", "mi", "ren", "tu", "sha", "vel", "dor", "ni", "pas", "qui"];
        var word = "";
        for (var rest = number + 11; rest > 0; rest /= parts.Length)
            word += parts[rest % parts.Length];
        return word;
    }
}
