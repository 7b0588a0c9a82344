using System.Globalization;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// Finds names as you type. What matches is looked at newest first, a bounded number at a time
/// (a window), and ranked within it, so that the commonest word costs no more than a rare one.
/// </summary>
public sealed class CatalogSearch(CatalogStore store)
{
    private const int CacheKiB = 8 * 1024;

    // A folder stands for what is in it.
    private const int FolderBonus = 5;

    private const string FileSql = """
        SELECT f.id, f.folder, f.name, f.root, f.length FROM file_words w
        JOIN file f ON f.id=w.rowid
        WHERE file_words MATCH ? AND w.rowid<? ORDER BY w.rowid DESC LIMIT ?
        """;

    private const string FolderSql = """
        SELECT f.id, f.parent, f.name, f.files, f.bytes FROM folder_words w
        JOIN folder f ON f.id=w.rowid
        WHERE folder_words MATCH ? AND w.rowid<? ORDER BY w.rowid DESC LIMIT ?
        """;

    /// <summary>Any text is harmless; text without a word finds nothing.</summary>
    /// <param name="after">What the page before gave as Next; null at first.</param>
    public HitPage Search(string text, int limit = 50, string? after = null)
    {
        var (before, offset) = Parse(after);
        if (SearchWords.Parse(text) is not { } words)
            return new HitPage([], null);
        try
        {
            return store.Read(connection =>
            {
                // Rows found lie far apart; the driver's 2 MB would be read again each time.
                using (var cache = new Statement(connection, $"PRAGMA cache_size={-CacheKiB}"))
                    cache.Run();
                using var reader = new CatalogReader(connection);
                return Page(reader, words, before, offset, limit);
            });
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_ERROR)
        {
            // The index cuts a character that it does not know otherwise than we do.
            return new HitPage([], null);
        }
    }

    private static HitPage Page(
        CatalogReader reader,
        SearchWords words,
        long before,
        int offset,
        int limit
    )
    {
        var window = Scan(reader, words, words.Matches(), FileSql, before, limit, FileOf);
        List<Found> found = [.. window.Found];
        // Folders are few: what one window holds of them is shown with the first files.
        if (before == long.MaxValue)
        {
            var named = words.Matches().Select(words.InName);
            found.AddRange(Scan(reader, words, named, FolderSql, before, limit, FolderOf).Found);
        }

        var ranked = found
            .OrderByDescending(f => f.Score)
            .ThenBy(f => f.Name.Length)
            .ThenBy(f => f.Name, StringComparer.Ordinal)
            .ThenByDescending(f => f.Row);
        Hit[] hits = [.. ranked.Skip(offset).Take(limit).Select(f => f.Hit(reader))];
        var next =
            offset + hits.Length < found.Count ? Cursor(before, offset + hits.Length)
            : window.HasMore ? Cursor(window.Last, 0)
            : null;
        return new HitPage(hits, next);
    }

    private static Window Scan(
        CatalogReader reader,
        SearchWords words,
        IEnumerable<string> matches,
        string sql,
        long before,
        int wanted,
        Func<Statement, SearchWords, Found> read
    )
    {
        var window = new Window([], before, false);
        foreach (var match in matches)
        {
            window = Scan(reader, words, sql, match, before, read);
            // All was seen, or enough of it fits.
            if (!window.HasMore || window.Found.Count >= wanted)
                break;
        }

        return window;
    }

    private static Window Scan(
        CatalogReader reader,
        SearchWords words,
        string sql,
        string match,
        long before,
        Func<Statement, SearchWords, Found> read
    )
    {
        var best = new Dictionary<(ContentId?, long), Found>();
        var (rows, last) = (0, before);
        using var list = new Statement(reader.Connection, sql);
        list.Bind(0, match).Bind(1, before).Bind(2, Window.Rows);
        while (list.Step())
        {
            (rows, last) = (rows + 1, list.Long(0));
            var (above, name) = (list.Long(1), list.Text(2));
            if (words.HasLong && !words.Fits($"{reader.PathOf(above)}/{name}"))
                continue;
            var found = read(list, words);
            // Folders below one that is found are found by opening it.
            if (found.Content is null && found.Score <= 0)
                continue;
            var key = (found.Content, found.Content is null ? last : 0);
            if (!best.TryGetValue(key, out var known) || known.Score < found.Score)
                best[key] = found;
        }

        return new Window([.. best.Values], last, rows == Window.Rows);
    }

    private static Found FileOf(Statement row, SearchWords words)
    {
        var (folder, name) = (row.Long(1), row.Text(2));
        var content = new ContentId(row.Hash(3), row.Long(4));
        return new Found(
            words.Score(name),
            name,
            row.Long(0),
            content,
            reader => new Hit(
                ShortId.Of(content).ToString(),
                content,
                name,
                $"{reader.PathOf(folder)}/{name}",
                content.Length,
                1,
                reader.Sources(content)
            )
        );
    }

    private static Found FolderOf(Statement row, SearchWords words)
    {
        var (id, name, files, bytes) = (row.Long(0), row.Text(2), row.Long(3), row.Long(4));
        var score = words.Score(name);
        return new Found(
            score > 0 ? score + FolderBonus : score,
            name,
            id,
            null,
            reader =>
            {
                var (friend, path) = (reader.FriendOf(id), reader.PathOf(id));
                var shortId = ShortId.Of(friend, path).ToString();
                return new Hit(shortId, null, name, path, bytes, files, [friend]);
            }
        );
    }

    private static string Cursor(long before, int offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{before}.{offset}");

    // What is no cursor of ours begins at the beginning.
    private static (long Before, int Offset) Parse(string? after)
    {
        var parts = after?.Split('.') ?? [];
        var isCursor =
            parts.Length == 2
            && long.TryParse(parts[0], out _)
            && int.TryParse(parts[1], out var offset)
            && offset >= 0;
        return isCursor ? (long.Parse(parts[0]), int.Parse(parts[1])) : (long.MaxValue, 0);
    }

    private readonly record struct Window(List<Found> Found, long Last, bool HasMore)
    {
        internal const int Rows = 200;
    }

    private readonly record struct Found(
        int Score,
        string Name,
        long Row,
        ContentId? Content,
        Func<CatalogReader, Hit> Hit
    );
}
