using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FriendNet.Node.Storage;

/// <summary>
/// A prepared statement without the driver's boxing: for statements run 10,000 times a second.
/// Parameters and columns count from 0; for one thread at a time.
/// </summary>
public sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <summary>Prepares <paramref name="sql"/>, which is ours and never a user's.</summary>
    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("Not open.");
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    /// <summary>Binds an integer.</summary>
    public Statement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, parameter + 1, value));
        return this;
    }

    /// <summary>Binds a text.</summary>
    public Statement Bind(int parameter, string value)
    {
        Check(raw.sqlite3_bind_text(_statement, parameter + 1, value));
        return this;
    }

    /// <summary>Binds hashes as one blob of their bytes.</summary>
    public Statement Bind(int parameter, ReadOnlySpan<Hash256> value)
    {
        var bytes = MemoryMarshal.AsBytes(value);
        Check(raw.sqlite3_bind_blob(_statement, parameter + 1, bytes));
        return this;
    }

    /// <summary>Binds one hash as a blob.</summary>
    public Statement Bind(int parameter, in Hash256 value) =>
        Bind(parameter, new ReadOnlySpan<Hash256>(in value));

    /// <summary>Binds bytes as a blob.</summary>
    public Statement Bind(int parameter, byte[] value)
    {
        Check(raw.sqlite3_bind_blob(_statement, parameter + 1, value));
        return this;
    }

    /// <summary>
    /// Goes to the next row; false at the end, when the statement is ready again.
    /// </summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
            return true;
        // Reset first, so that a failed statement can be run again; it repeats the code.
        _ = raw.sqlite3_reset(_statement);
        if (code != raw.SQLITE_DONE)
            Check(code);
        return false;
    }

    /// <summary>Runs a statement that gives no row.</summary>
    public void Run()
    {
        while (Step()) { }
    }

    /// <summary>Leaves a row set before its end.</summary>
    public void Reset() => _ = raw.sqlite3_reset(_statement);

    /// <summary>An integer column.</summary>
    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>A text column.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    /// <summary>A blob of one hash; all-zero if it is anything else.</summary>
    public Hash256 Hash(int column)
    {
        var blob = raw.sqlite3_column_blob(_statement, column);
        return blob.Length == Hash256.Size ? new Hash256(blob) : default;
    }

    /// <summary>A blob of hashes.</summary>
    public Hash256[] Hashes(int column) =>
        MemoryMarshal.Cast<byte, Hash256>(raw.sqlite3_column_blob(_statement, column)).ToArray();

    /// <summary>A blob of any bytes; they are SQLite's until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    /// <inheritdoc/>
    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code == raw.SQLITE_OK)
            return;
        var sentence = raw.sqlite3_errmsg(_database).utf8_to_string();
        Database.Met(code & 0xFF, _database);
        throw new SqliteException(sentence, code & 0xFF);
    }
}
