using FriendNet.Node.Storage;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// A rented connection in a transaction: all that is read is of one moment. For one thread.
/// </summary>
internal sealed class ReadMoment : IDisposable
{
    private readonly Database _database;

    internal ReadMoment(Database database)
    {
        _database = database;
        Connection = database.Rent();
        Run("BEGIN");
    }

    internal SqliteConnection Connection { get; }

    public void Dispose()
    {
        Run("COMMIT");
        _database.Return(Connection);
    }

    private void Run(string sql)
    {
        using var statement = new Statement(Connection, sql);
        statement.Run();
    }
}
