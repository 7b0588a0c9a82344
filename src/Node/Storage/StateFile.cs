using System.Diagnostics.CodeAnalysis;
using FriendNet.Node.Linux;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Storage;

/// <summary>
/// state.db: friends, invitations, shares, and state.db.backup, a whole second copy written after
/// every change of who is a friend or may become one. For one thread at a time.
/// </summary>
internal sealed class StateFile : IDisposable
{
    private readonly string _path;
    private readonly Database _database;
    private bool _owesForgetting;

    private StateFile(string path, Database database)
    {
        _path = path;
        _database = database;
        // What is deleted is overwritten: a pair secret must not stay in a free page.
        _database.Execute("PRAGMA secure_delete=ON");
    }

    internal static string BackupOf(string path) => path + ".backup";

    /// <summary>Opens or creates; null with the database's own words where it cannot.</summary>
    internal static StateFile? Open(string path, out DatabaseState state, out string? sentence)
    {
        var file = new FileInfo(path);
        // SQLite takes an empty file for a new database; here it is one that lost its content.
        if (file is { Exists: true, Length: 0 } && File.Exists(BackupOf(path)))
        {
            state = DatabaseState.Damaged;
            sentence = $"{path} is empty.";
            return null;
        }

        var opening = Database.Open(path, Durability.Full, StateSchema.Scripts, check: true);
        state = opening.State;
        sentence = opening.Sentence;
        if (opening.Database is not { } database)
        {
            return null;
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new StateFile(path, database);
    }

    /// <summary>
    /// Puts the second copy in the place of a file that was moved aside, changed by
    /// <paramref name="prepare"/> first: whoever finds it there finds it wholly prepared. False:
    /// it cannot be used, and the place is empty as before.
    /// </summary>
    internal static bool Restore(string path, Action<StateFile> prepare, out string? sentence)
    {
        var copy = path + ".restored";
        foreach (var suffix in Database.Suffixes)
        {
            File.Delete(copy + suffix);
        }

        File.Copy(BackupOf(path), copy);
        try
        {
            using var file = Open(copy, out _, out sentence);
            if (file is null)
            {
                return false;
            }

            prepare(file);
            file._database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException e)
        {
            sentence = $"{copy}: {e.Message}";
            return false;
        }

        SyncFile(copy);
        File.Move(copy, path);
        FolderSync.Sync(FolderOf(path));
        return true;
    }

    /// <summary>Rows changed. Parameters are ?1, ?2 …</summary>
    internal int Run(string sql, params ReadOnlySpan<object?> parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>The caller disposes of the command, which ends the reader.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "Our own constant texts.")]
    internal SqliteCommand Command(string sql, params ReadOnlySpan<object?> parameters)
    {
        var command = _database.Writer.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < parameters.Length; i++)
        {
            command.Parameters.AddWithValue($"?{i + 1}", parameters[i] ?? DBNull.Value);
        }

        return command;
    }

    /// <summary>
    /// All of <paramref name="change"/> or, where it returns false or throws, nothing.
    /// </summary>
    internal bool Transact(Func<bool> change)
    {
        Run("BEGIN IMMEDIATE");
        try
        {
            var done = change();
            if (done)
            {
                Run("COMMIT");
            }

            return done;
        }
        finally
        {
            _database.Rollback();
        }
    }

    /// <summary>
    /// Follows up a commit: the second copy, and with <paramref name="forget"/> the journal folded
    /// in and emptied, so that it holds no erased secret. The change is durable by now, so a disk
    /// that refuses here is no failure of it: what is owed is done after the next change, or at
    /// the next start.
    /// </summary>
    internal void Backup(bool forget = false)
    {
        _owesForgetting |= forget;
        try
        {
            if (_owesForgetting)
            {
                _database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
                _owesForgetting = false;
            }

            WriteBackup();
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // Until then the old copy stays whole in its place.
        }
    }

    public void Dispose() => _database.Dispose();

    // Beside the old one, then in its place.
    private void WriteBackup()
    {
        var copy = BackupOf(_path) + ".new";
        File.Delete(copy);
        using (File.OpenHandle(copy, FileMode.CreateNew, FileAccess.Write))
        {
            File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Run("VACUUM INTO ?1", copy);
        SyncFile(copy);
        File.Move(copy, BackupOf(_path), overwrite: true);
        FolderSync.Sync(FolderOf(_path));
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static void SyncFile(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }
}
