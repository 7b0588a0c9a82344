using FriendNet.Crypto.Merkle;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Shares;

/// <summary>The index as it was at one moment, while the writer goes on. For one thread.</summary>
public sealed class IndexSnapshot : IDisposable
{
    private readonly Database _database;
    private readonly SqliteConnection _connection;

    internal IndexSnapshot(Database database)
    {
        _database = database;
        _connection = database.Rent();
        try
        {
            Run("BEGIN");
            // The first read is the moment.
            using var numbers = new Statement(
                _connection,
                """
                SELECT forgotten, max(forgotten, ifnull((SELECT max(seq) FROM file), 0))
                FROM horizon
                """
            );
            if (numbers.Step())
                (ForgottenSeq, Seq) = (numbers.Long(0), numbers.Long(1));
        }
        catch
        {
            // Not given back: whatever is wrong with it must not meet the next one.
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>The newest change in it.</summary>
    public long Seq { get; }

    /// <summary>Changes up to here may be missing from <see cref="ChangesAfter"/>.</summary>
    public long ForgottenSeq { get; }

    /// <summary>
    /// Rows of some shares that changed after a number, tombstones too, in order.
    /// </summary>
    public IEnumerable<IndexedFile> ChangesAfter(IEnumerable<int> shares, long seq) =>
        List(
            $"""
            SELECT {IndexListing.Columns} FROM file INDEXED BY file_seq
            WHERE seq>? AND share IN ({string.Join(',', shares)}) ORDER BY seq
            """,
            statement => statement.Bind(0, seq)
        );

    /// <summary>
    /// The same, but no tombstones of what was not there at that number: who was told what was
    /// there then has never heard of it.
    /// </summary>
    public IEnumerable<IndexedFile> NewsSince(IEnumerable<int> shares, long seq) =>
        List(
            $"""
            SELECT {IndexListing.Columns} FROM file INDEXED BY file_seq
            WHERE seq>?1 AND share IN ({string.Join(',', shares)})
              AND (gone=0 OR born<=?1 OR EXISTS(
                SELECT 1 FROM past
                WHERE past.file=file.id AND past.died>?1 AND past.born<=?1))
            ORDER BY seq
            """,
            statement => statement.Bind(0, seq)
        );

    /// <summary>Live files in order of keys, whose first bytes lie between two.</summary>
    public IEnumerable<IndexedFile> InKeyOrder(IEnumerable<int> shares, byte first, byte last) =>
        List(
            $"""
            SELECT {IndexListing.Columns} FROM file INDEXED BY file_key
            WHERE key>=? AND key<=? AND gone=0 AND share IN ({string.Join(',', shares)})
            ORDER BY key
            """,
            statement => statement.Bind(0, Key(first, 0)).Bind(1, Key(last, 0xFF))
        );

    /// <summary>Live files of one share in order of paths, after a path.</summary>
    public IEnumerable<IndexedFile> InPathOrder(int share, string after) =>
        List(
            $"""
            SELECT {IndexListing.Columns} FROM file INDEXED BY file_path
            WHERE share=? AND path>? AND gone=0 ORDER BY path
            """,
            statement => statement.Bind(0, share).Bind(1, after)
        );

    /// <summary>The live file of a share at exactly that path; null: there is none.</summary>
    public IndexedFile? At(int share, string path)
    {
        foreach (
            var file in List(
                $"SELECT {IndexListing.Columns} FROM file WHERE share=? AND path=? AND gone=0",
                statement => statement.Bind(0, share).Bind(1, path)
            )
        )
            return file;
        return null;
    }

    /// <summary>The layer of runs of a content longer than 1 MiB; null: not known.</summary>
    public Hash256[]? Layer(ContentId content)
    {
        using var find = new Statement(_connection, "SELECT hashes FROM layer WHERE root=?");
        var layer = find.Bind(0, content.Root).Step() ? find.Hashes(0) : [];
        return layer.Length == MerkleTree.LayerCount(content.Length) ? layer : null;
    }

    public void Dispose()
    {
        Run("COMMIT");
        _database.Return(_connection);
    }

    private IEnumerable<IndexedFile> List(string sql, Action<Statement> bind)
    {
        using var statement = new Statement(_connection, sql);
        bind(statement);
        while (statement.Step())
            yield return IndexListing.Row(statement);
    }

    private void Run(string sql)
    {
        using var statement = new Statement(_connection, sql);
        statement.Run();
    }

    private static byte[] Key(byte first, byte filler)
    {
        var key = new byte[Hash256.Size];
        key.AsSpan().Fill(filler);
        key[0] = first;
        return key;
    }
}
