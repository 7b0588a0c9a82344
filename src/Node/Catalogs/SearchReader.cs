using System.Diagnostics;
using FriendNet.Node.Storage;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// A reading connection kept for searching, with all its questions prepared: preparing them and
/// filling a new cache costs more than most searches. For one thread at a time.
/// </summary>
internal sealed class SearchReader : IDisposable
{
    // What is not in the journal is read in place: each commit empties a connection's own cache.
    private const string Settings = "PRAGMA cache_size=-32000; PRAGMA mmap_size=2147418112";

    // Without FTS's own columns a row of it costs nothing but its number.
    private const string FileSql = """
        SELECT f.id, f.folder, f.name, f.tag, f.root, f.length FROM file_words w
        JOIN file f ON f.id=w.rowid
        WHERE file_words MATCH ? AND w.rowid<? AND w.rowid>=? ORDER BY w.rowid DESC LIMIT ?
        """;

    private const string FolderSql = """
        SELECT f.id, f.parent, f.name, f.files, f.bytes FROM folder_words w
        JOIN folder f ON f.id=w.rowid
        WHERE folder_words MATCH ? AND w.rowid<? ORDER BY w.rowid DESC LIMIT ?
        """;

    private readonly Database _database;
    private readonly Statement _begin;
    private readonly Statement _end;
    private long _started;

    internal SearchReader(Database database, CircleTable circles)
    {
        _database = database;
        var connection = database.Rent();
        foreach (var setting in Settings.Split(';'))
        {
            using var statement = new Statement(connection, setting);
            statement.Run();
        }

        Rows = new CatalogReader(connection, circles);
        Files = new Statement(connection, FileSql);
        Folders = new Statement(connection, FolderSql);
        _begin = new Statement(connection, "BEGIN");
        _end = new Statement(connection, "COMMIT");
    }

    internal CatalogReader Rows { get; }

    /// <summary>Words; rows before; rows from; at most. Newest first.</summary>
    internal Statement Files { get; }

    /// <summary>Words; rows before; at most. Newest first.</summary>
    internal Statement Folders { get; }

    /// <summary>Since the question was asked.</summary>
    internal TimeSpan Spent => Stopwatch.GetElapsedTime(_started);

    /// <summary>All that it reads is of one moment.</summary>
    internal T Ask<T>(Func<SearchReader, T> question)
    {
        _started = Stopwatch.GetTimestamp();
        _begin.Run();
        try
        {
            return question(this);
        }
        finally
        {
            Files.Reset();
            Folders.Reset();
            Rows.Forget();
            _end.Run();
        }
    }

    public void Dispose()
    {
        Rows.Dispose();
        Files.Dispose();
        Folders.Dispose();
        _begin.Dispose();
        _end.Dispose();
        _database.Return(Rows.Connection);
    }
}
