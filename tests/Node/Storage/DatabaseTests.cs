using FriendNet.Node.Storage;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FriendNet.Tests.Node.Storage;

/// <summary>Databases open, upgrade, and are kept when damaged.</summary>
public sealed class DatabaseTests : IDisposable
{
    private static readonly string[] First = ["CREATE TABLE t(x INTEGER); INSERT INTO t VALUES(1)"];
    private static readonly string[] Second = [.. First, "ALTER TABLE t ADD COLUMN y DEFAULT 7"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("friendnet-db-");

    private string DatabasePath => Path.Combine(_folder.FullName, "state.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void SchemasUpgradeOnceAndNewerOnesAreLeftAlone()
    {
        Open(First).Dispose();
        using (var upgraded = Open(Second))
        {
            using var statement = new Statement(upgraded.Writer, "SELECT x, y FROM t");
            Assert.True(statement.Step());
            Assert.Equal((1L, 7L), (statement.Long(0), statement.Long(1)));
            Assert.False(statement.Step());
        }
        var opening = Database.Open(DatabasePath, Durability.Full, First);
        Assert.Equal(DatabaseState.Newer, opening.State);
        Assert.Contains("newer", opening.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Durability.Full, 2L)]
    [InlineData(Durability.Normal, 1L)]
    public void ItWritesAsAsked(Durability durability, long synchronous)
    {
        using var database = Database.Open(DatabasePath, durability, First).Database!;
        using var statement = new Statement(database.Writer, "PRAGMA synchronous");
        Assert.True(statement.Step());
        Assert.Equal(synchronous, statement.Long(0));
        using var keys = new Statement(database.Writer, "PRAGMA foreign_keys");
        Assert.True(keys.Step());
        Assert.Equal(1, keys.Long(0));
    }

    [Fact]
    public void ReadersDoNotWaitAndDoNotWrite()
    {
        using var database = Open(First);
        database.Execute("BEGIN IMMEDIATE");
        database.Execute("INSERT INTO t VALUES(2)");
        var reader = database.Rent();
        Assert.Equal(1, Count(reader));
        Assert.Throws<SqliteException>(() =>
            new Statement(reader, "INSERT INTO t VALUES(3)").Run()
        );
        database.Execute("COMMIT");
        Assert.Equal(2, Count(reader));
        database.Return(reader);
        Assert.Same(reader, database.Rent());
    }

    [Fact]
    public void WhatIsNoDatabaseIsToldAndKept()
    {
        File.WriteAllText(DatabasePath, new string('?', 9000));
        var opening = Database.Open(DatabasePath, Durability.Full, First);
        Assert.Equal(DatabaseState.Damaged, opening.State);
        var aside = Database.MoveAside(
            DatabasePath,
            new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)
        );
        Assert.Equal(DatabasePath + ".damaged-20260102-030405", aside);
        Assert.Equal(9000, new FileInfo(aside).Length);
        File.WriteAllText(DatabasePath, "x");
        var again = Database.MoveAside(
            DatabasePath,
            new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)
        );
        Assert.Equal(aside + "-2", again);
        Open(First).Dispose();
    }

    [Fact]
    public void DamageInsideIsFoundByACheck()
    {
        using (var database = Open(First))
        {
            database.Execute("CREATE INDEX i ON t(x)");
            for (var i = 0; i < 2000; i++)
                database.Execute($"INSERT INTO t VALUES({i})");
        }
        var bytes = File.ReadAllBytes(DatabasePath);
        bytes.AsSpan(8192, 4096).Fill(0xA5);
        File.WriteAllBytes(DatabasePath, bytes);
        var opening = Database.Open(DatabasePath, Durability.Full, First, check: true);
        Assert.Equal(DatabaseState.Damaged, opening.State);
        Assert.Null(opening.Database);
    }

    [Fact]
    public void DamageMetLaterIsFoundByTheNextOpening()
    {
        using (var database = Open(First))
        {
            for (var i = 0; i < 2000; i++)
                database.Execute($"INSERT INTO t VALUES({i})");
        }
        var bytes = File.ReadAllBytes(DatabasePath);
        bytes.AsSpan(8192, 4096).Fill(0xA5);
        File.WriteAllBytes(DatabasePath, bytes);
        using (var unaware = Open(First))
            Assert.Throws<SqliteException>(() => Count(unaware.Writer));
        var opening = Database.Open(DatabasePath, Durability.Full, First);
        Assert.Equal(DatabaseState.Damaged, opening.State);
        Database.MoveAside(DatabasePath, DateTime.UnixEpoch);
        using var anew = Open(First);
        Assert.Equal(1, Count(anew.Writer));
        Assert.DoesNotContain(_folder.GetFiles(), file => file.Extension is ".suspect");
    }

    [Fact]
    public void WhatCannotBeOpenedIsToldInASentence()
    {
        var opening = Database.Open(Path.Combine(DatabasePath, "no"), Durability.Full, First);
        Assert.Equal(DatabaseState.Unavailable, opening.State);
        Assert.Contains("state.db/no", opening.Sentence, StringComparison.Ordinal);
    }

    private Database Open(string[] schema) =>
        Database.Open(DatabasePath, Durability.Full, schema).Database!;

    private static long Count(SqliteConnection connection)
    {
        using var statement = new Statement(connection, "SELECT count(*) FROM t");
        Assert.True(statement.Step());
        return statement.Long(0);
    }
}
