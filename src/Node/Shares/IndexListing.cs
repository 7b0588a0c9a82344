using FriendNet.Crypto.Merkle;
using FriendNet.Node.Storage;

namespace FriendNet.Node.Shares;

/// <summary>Lists rows of the index from one snapshot, while the writer goes on.</summary>
internal static class IndexListing
{
    internal const string Columns = "id, share, path, size, mtime, root, seq, gone, key";

    /// <summary>Rows changed after a number, tombstones too, in order of change.</summary>
    internal static IEnumerable<IndexedFile> ChangesAfter(
        Database database,
        IReadOnlySet<int> shares,
        long seq
    ) =>
        List(
            database,
            $"""
            SELECT {Columns} FROM file INDEXED BY file_seq
            WHERE seq>? AND share IN ({string.Join(',', shares)}) ORDER BY seq
            """,
            statement => statement.Bind(0, seq)
        );

    /// <summary>Live rows whose keys begin with some bytes, in order of key.</summary>
    internal static IEnumerable<IndexedFile> InKeyOrder(
        Database database,
        IReadOnlySet<int> shares,
        ReadOnlyMemory<byte> prefix
    ) =>
        List(
            database,
            $"""
            SELECT {Columns} FROM file INDEXED BY file_key
            WHERE key>=? AND key<=? AND gone=0 AND share IN ({string.Join(',', shares)})
            ORDER BY key
            """,
            statement =>
                statement.Bind(0, Padded(prefix.Span, 0)).Bind(1, Padded(prefix.Span, 0xFF))
        );

    private static IEnumerable<IndexedFile> List(
        Database database,
        string sql,
        Action<Statement> bind
    )
    {
        var connection = database.Rent();
        try
        {
            using var statement = new Statement(connection, sql);
            bind(statement);
            while (statement.Step())
                yield return Row(statement);
        }
        finally
        {
            database.Return(connection);
        }
    }

    internal static IndexedFile Row(Statement row) =>
        new(
            row.Long(0),
            (int)row.Long(1),
            row.Text(2),
            row.Long(3),
            row.Long(4),
            row.Hash(5),
            row.Long(6),
            row.Long(7) != 0
        )
        {
            Key = row.Hash(8),
        };

    private static Hash256 Padded(ReadOnlySpan<byte> prefix, byte filler)
    {
        Span<byte> key = stackalloc byte[Hash256.Size];
        key.Fill(filler);
        prefix.CopyTo(key);
        return new Hash256(key);
    }
}
