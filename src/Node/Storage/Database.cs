using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FriendNet.Node.Storage;

/// <summary>How much a power cut may take.</summary>
public enum Durability
{
    /// <summary>The last commits (never the file's soundness): what can be made again.</summary>
    Normal,

    /// <summary>Nothing that was committed.</summary>
    Full,
}

/// <summary>How the opening of a database ended.</summary>
public enum DatabaseState
{
    /// <summary>Open.</summary>
    Opened,

    /// <summary>Not a database, or broken inside: the caller decides to move it aside.</summary>
    Damaged,

    /// <summary>Written by a later version of this program; left alone.</summary>
    Newer,

    /// <summary>Cannot be opened: rights, a full disk, another process.</summary>
    Unavailable,
}

/// <summary>
/// The outcome: a database when opened, else a sentence that says what is wrong.
/// </summary>
public readonly record struct DatabaseOpening(
    DatabaseState State,
    Database? Database,
    string? Sentence
);

/// <summary>
/// One SQLite file in WAL mode: one connection that writes, for one thread at a time, and readers
/// that never wait for it. Never deletes a file.
/// </summary>
public sealed class Database : IDisposable
{
    private const int ReadersKept = 4;
    private const int BusyMs = 5_000;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;
    private const string Mark = ".suspect";

    /// <summary>Of a database's files: its own, its journal's, the journal's index's.</summary>
    internal static readonly string[] Suffixes = ["", "-wal", "-shm"];

    private readonly Stack<SqliteConnection> _readers = new();
    private readonly Lock _gate = new();
    private readonly string _path;
    private bool _disposed;

    private Database(string path, SqliteConnection writer)
    {
        _path = path;
        Writer = writer;
    }

    /// <summary>
    /// The connection that writes; its owner sees to it that one thread uses it.
    /// </summary>
    public SqliteConnection Writer { get; }

    /// <summary>
    /// Opens or creates the file. <paramref name="schema"/> holds one script a version: those
    /// beyond PRAGMA user_version run, each in a transaction of its own.
    /// </summary>
    /// <param name="check">
    /// Reads the whole file for damage: for small ones, or on suspicion. A file in which damage
    /// was met since it was opened last is read in any case.
    /// </param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The caller gets and disposes it.")]
    public static DatabaseOpening Open(
        string path,
        Durability durability,
        IReadOnlyList<string> schema,
        bool check = false
    )
    {
        var writer = Connection(path);
        try
        {
            writer.Open();
            Execute(writer, $"PRAGMA busy_timeout={BusyMs}");
            Execute(writer, "PRAGMA journal_mode=WAL");
            Execute(writer, $"PRAGMA synchronous={durability.ToString().ToUpperInvariant()}");
            Execute(writer, "PRAGMA foreign_keys=ON");
            var isSuspect = File.Exists(path + Mark);
            if ((check || isSuspect) && !IsSound(writer, isSuspect))
                return Failed(writer, DatabaseState.Damaged, $"{path} is damaged inside.");
            if (Version(writer) > schema.Count)
                return Failed(
                    writer,
                    DatabaseState.Newer,
                    $"{path} was written by a newer FriendNet; install that or move the file away."
                );
            for (var version = Version(writer); version < schema.Count; version++)
                Upgrade(writer, schema[version], version + 1);
            File.Delete(path + Mark);
            return new(DatabaseState.Opened, new Database(path, writer), null);
        }
        catch (SqliteException e) when (IsDamage(e))
        {
            return Failed(writer, DatabaseState.Damaged, $"{path} is damaged: {e.Message}");
        }
        catch (Exception e)
            when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            return Failed(writer, DatabaseState.Unavailable, $"{path}: {e.Message}");
        }
    }

    /// <summary>Whether SQLite said that the file is damaged or no database.</summary>
    public static bool IsDamage(SqliteException error) => IsDamage(error.SqliteErrorCode);

    /// <summary>
    /// After damage was met the next opening reads the whole file, so that it is moved aside and
    /// not met again at every start.
    /// </summary>
    internal static void Met(int code, sqlite3? database)
    {
        if (!IsDamage(code) || database is null)
            return;
        var path = raw.sqlite3_db_filename(database, "main").utf8_to_string();
        try
        {
            if (!string.IsNullOrEmpty(path))
                File.Create(path + Mark).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The damage is what the caller is told; without a mark it is only met once more.
        }
    }

    /// <summary>
    /// Renames a damaged, closed file and its journal to NAME.damaged-YYYYMMDD-HHMMSS, so that
    /// nothing is lost, and gives that name.
    /// </summary>
    public static string MoveAside(string path, DateTime utcNow)
    {
        var stamp = utcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var aside = $"{path}.damaged-{stamp}";
        for (var again = 2; Suffixes.Any(suffix => File.Exists(aside + suffix)); again++)
            aside = $"{path}.damaged-{stamp}-{again}";
        // Itself first: without its journal it may look sound, and be what it was long ago.
        foreach (var suffix in Suffixes)
        {
            if (File.Exists(path + suffix))
                File.Move(path + suffix, aside + suffix);
        }
        File.Delete(path + Mark);
        return aside;
    }

    /// <summary>Runs a statement without a result on the writer.</summary>
    public void Execute(string sql) => Execute(Writer, sql);

    /// <summary>All of it or nothing, on the writer.</summary>
    public void Transact(Action<SqliteConnection> write)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            write(Writer);
            Execute("COMMIT");
        }
        finally
        {
            Rollback();
        }
    }

    /// <summary>
    /// Undoes what is open; after a commit, or when SQLite rolled back by itself, nothing is.
    /// </summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(Writer.Handle) == 0)
            Execute("ROLLBACK");
    }

    /// <summary>A read-only connection for one thread; give it back by Return.</summary>
    public SqliteConnection Rent()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_readers.TryPop(out var kept))
                return kept;
        }
        var reader = Connection(_path);
        reader.Open();
        Execute(reader, $"PRAGMA busy_timeout={BusyMs}");
        Execute(reader, "PRAGMA query_only=ON");
        return reader;
    }

    /// <summary>Takes back what <see cref="Rent"/> gave.</summary>
    public void Return(SqliteConnection reader)
    {
        lock (_gate)
        {
            if (!_disposed && _readers.Count < ReadersKept)
            {
                _readers.Push(reader);
                return;
            }
        }
        reader.Dispose();
    }

    /// <summary>Closes the file; the last one to close it folds the journal in.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_readers.TryPop(out var reader))
                reader.Dispose();
        }
        Writer.Dispose();
    }

    // Without the driver's own pool: a closed file must be closed, to be moved or opened again.
    private static SqliteConnection Connection(string path) =>
        new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());

    private static DatabaseOpening Failed(SqliteConnection writer, DatabaseState state, string why)
    {
        writer.Dispose();
        return new(state, null, why);
    }

    private static bool IsDamage(int code) => code is Corrupt or NotADatabase;

    // The quick one does not compare indexes with their tables.
    private static bool IsSound(SqliteConnection connection, bool wholly) =>
        Scalar(connection, wholly ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)") is "ok";

    private static int Version(SqliteConnection connection) =>
        (int)(long)Scalar(connection, "PRAGMA user_version")!;

    private static void Upgrade(SqliteConnection connection, string script, int version)
    {
        using var transaction = connection.BeginTransaction();
        Execute(connection, script, transaction);
        Execute(connection, $"PRAGMA user_version={version}", transaction);
        transaction.Commit();
    }

    [SuppressMessage("Security", "CA2100", Justification = "Only our own constant scripts.")]
    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    [SuppressMessage("Security", "CA2100", Justification = "Only our own constant scripts.")]
    private static void Execute(
        SqliteConnection connection,
        string sql,
        SqliteTransaction? transaction = null
    )
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        try
        {
            command.ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            Met(e.SqliteErrorCode, connection.Handle);
            throw;
        }
    }
}
