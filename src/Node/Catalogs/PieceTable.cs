using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// The last deltas of each circle catalog, as they came, so that who was away for some changes
/// gets these and not everything. Tags are the first 8 bytes of roots, little endian.
/// </summary>
internal static class PieceTable
{
    /// <summary>One more; the oldest ones go.</summary>
    internal static void Add(
        SqliteConnection writer,
        long catalog,
        ulong came,
        ulong went,
        ReadOnlySpan<byte> delta
    )
    {
        using var last = new Statement(
            writer,
            "SELECT ifnull(max(at), 0) FROM piece WHERE catalog=?"
        );
        last.Bind(0, catalog).Step();
        var at = last.Long(0) + 1;
        last.Reset();
        using var put = new Statement(
            writer,
            "INSERT INTO piece(catalog, at, came, went, bytes) VALUES(?, ?, ?, ?, ?)"
        );
        put.Bind(0, catalog).Bind(1, at).Bind(2, unchecked((long)came));
        put.Bind(3, unchecked((long)went)).Bind(4, delta.ToArray()).Run();
        using var prune = new Statement(
            writer,
            """
            DELETE FROM piece WHERE catalog=?1 AND (at<=?2 OR at<=(
              SELECT ifnull(max(at), 0) FROM (
                SELECT at, sum(length(bytes)) OVER (ORDER BY at DESC) AS total
                FROM piece WHERE catalog=?1) WHERE total>?3))
            """
        );
        prune.Bind(0, catalog).Bind(1, at - Limits.DeltasKeptMax);
        prune.Bind(2, Limits.DeltasKeptBytes).Run();
    }

    /// <summary>Everything came anew: what led here before leads nowhere.</summary>
    internal static void Clear(SqliteConnection writer, long catalog)
    {
        using var delete = new Statement(writer, "DELETE FROM piece WHERE catalog=?");
        delete.Bind(0, catalog).Run();
    }

    /// <summary>The deltas from one root to another, in order; null: not remembered.</summary>
    internal static List<byte[]>? Chain(
        SqliteConnection reader,
        long catalog,
        ulong have,
        ulong root
    )
    {
        using var list = new Statement(
            reader,
            "SELECT came, went, bytes FROM piece WHERE catalog=? ORDER BY at"
        );
        list.Bind(0, catalog);
        List<byte[]>? chain = null;
        var last = 0UL;
        while (list.Step())
        {
            var (came, went) = (unchecked((ulong)list.Long(0)), unchecked((ulong)list.Long(1)));
            // A catalog that came back to a root it had: the last time is the shortest way.
            if (came == have)
                chain = [];
            chain?.Add(list.Blob(2).ToArray());
            last = went;
        }

        return last == root ? chain : null;
    }
}
