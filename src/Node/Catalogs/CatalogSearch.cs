using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// Finds names as you type. What matches is looked at newest first, a bounded number at a time
/// (a window), and ranked within it, so that the commonest word costs no more than a rare one.
/// </summary>
public sealed class CatalogSearch(CatalogStore store)
{
    /// <summary>Any text is harmless; text without a word finds nothing.</summary>
    /// <param name="after">What the page before gave as Next; null at first.</param>
    public HitPage Search(string text, int limit = 50, string? after = null)
    {
        if (SearchWords.Parse(text) is not { } words)
            return new HitPage([], null);
        var cursor = SearchCursor.Parse(after);
        try
        {
            return store.Searches.Ask(reader => Page(reader, words, cursor, limit));
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_ERROR)
        {
            // The index cuts a character that it does not know otherwise than we do.
            return new HitPage([], null);
        }
    }

    private static HitPage Page(
        SearchReader reader,
        SearchWords words,
        SearchCursor cursor,
        int limit
    )
    {
        var scan = new SearchScan(reader, words, limit);
        if (cursor.From > 0)
            scan.FilesBetween(cursor.Before, cursor.From, cursor.Match);
        else
            scan.FilesBefore(cursor.Before);
        if (cursor.Before == long.MaxValue)
            scan.Folders();
        var ranked = scan
            .All.OrderByDescending(f => f.Score)
            .ThenBy(f => f.Name.Length)
            .ThenBy(f => f.Name, StringComparer.Ordinal)
            .ThenByDescending(f => f.Row);
        var page = ranked.Skip(cursor.Offset).Take(limit);
        Hit[] seen = [.. page.Select(found => HitOf(reader.Rows, found))];
        // What nobody tells of any more is about to go.
        Hit[] hits = [.. seen.Where(hit => hit.Ways > 0)];
        var shown = cursor.Offset + seen.Length;
        SearchCursor? next =
            shown < scan.All.Count ? new(cursor.Before, scan.Last, scan.Match, shown)
            : scan.HasMore ? new(scan.Last, 0, 0, 0)
            : null;
        return new HitPage(hits, next?.ToString());
    }

    private static Hit HitOf(CatalogReader rows, Found found)
    {
        if (found.Content is { } content)
            return new Hit(
                ShortId.Of(content).ToString(),
                content,
                found.Name,
                $"{rows.PathOf(found.Folder)}/{found.Name}",
                found.Bytes,
                found.Files,
                rows.Sources(content)
            );
        var path = rows.PathOf(found.Row);
        var id = ShortId.Of(rows.KeyOf(found.Row), path).ToString();
        var sources = rows.WaysTo(found.Row);
        return new Hit(id, null, found.Name, path, found.Bytes, found.Files, sources);
    }
}
