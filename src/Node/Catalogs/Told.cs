using FriendNet.Crypto.Merkle;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// A root that a friend was told: of which shares, at which change of the index.
/// </summary>
internal readonly record struct ToldRoot(ViewShares Shares, long Seq);

/// <summary>
/// Remembers over restarts which roots were told, so that changes from there can be given. Only
/// what a friend itself was shown counts for it: another's root tells it nothing. For one thread
/// at a time.
/// </summary>
internal sealed class Told(Database database) : IDisposable
{
    /// <summary>
    /// told: which state of the share index the root of a view stood for. audience: whose view
    /// has been of which shares. shown: since which change a friend sees a share. told.fitting:
    /// those of told.shares that were in it.
    /// </summary>
    internal static readonly string[] Schema =
    [
        """
            CREATE TABLE told(
              id INTEGER PRIMARY KEY, shares TEXT NOT NULL, root BLOB NOT NULL,
              seq INTEGER NOT NULL);
            CREATE UNIQUE INDEX told_root ON told(shares, root);
            CREATE TABLE shown(
              friend TEXT NOT NULL, share INTEGER NOT NULL, name TEXT NOT NULL,
              since INTEGER NOT NULL, PRIMARY KEY(friend, share)) WITHOUT ROWID;
            CREATE TABLE audience(
              friend TEXT NOT NULL, shares TEXT NOT NULL,
              PRIMARY KEY(friend, shares)) WITHOUT ROWID;
            """,
        """
            ALTER TABLE told ADD COLUMN fitting TEXT NOT NULL DEFAULT '';
            UPDATE told SET fitting=shares;
            """,
    ];

    private const int RootsMax = 64;

    /// <param name="fitting">Those of the shares that the root stands for.</param>
    internal void Remember(ViewShares shares, ViewShares fitting, Hash256 root, long seq) =>
        database.Transact(writer =>
        {
            using var put = new Statement(
                writer,
                "INSERT OR REPLACE INTO told(shares, root, seq, fitting) VALUES(?, ?, ?, ?)"
            );
            put.Bind(0, shares.Key).Bind(1, root).Bind(2, seq).Bind(3, fitting.Key).Run();
            using var prune = new Statement(
                writer,
                """
                DELETE FROM told WHERE shares=?1 AND id <=
                  (SELECT id FROM told WHERE shares=?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
                """
            );
            prune.Bind(0, shares.Key).Bind(1, RootsMax).Run();
        });

    /// <summary>The friend sees these shares from now on, each since this change if it is new.
    /// </summary>
    internal void Show(FriendId friend, ViewShares shares, long seq) =>
        database.Transact(writer =>
        {
            var id = friend.ToString();
            foreach (var old in Shown(writer, friend).Keys.Where(old => !shares.Has(old)))
            {
                using var hide = new Statement(
                    writer,
                    "DELETE FROM shown WHERE friend=? AND share=?"
                );
                hide.Bind(0, id).Bind(1, old.Id).Run();
            }

            foreach (var share in shares.ByName)
            {
                using var show = new Statement(
                    writer,
                    "INSERT OR IGNORE INTO shown(friend, share, name, since) VALUES(?, ?, ?, ?)"
                );
                show.Bind(0, id).Bind(1, share.Id).Bind(2, share.Name).Bind(3, seq).Run();
            }

            using var audience = new Statement(
                writer,
                "INSERT OR IGNORE INTO audience(friend, shares) VALUES(?, ?)"
            );
            audience.Bind(0, id).Bind(1, shares.Key).Run();
        });

    internal void Forget(FriendId friend) =>
        database.Transact(writer =>
        {
            foreach (var table in (string[])["shown", "audience"])
            {
                using var delete = new Statement(writer, $"DELETE FROM {table} WHERE friend=?");
                delete.Bind(0, friend.ToString()).Run();
            }
        });

    /// <summary>Since which change the friend sees each share.</summary>
    internal Dictionary<VisibleShare, long> Shown(FriendId friend) =>
        Shown(database.Writer, friend);

    /// <summary>What a root stood for, if this friend was shown it.</summary>
    internal ToldRoot? Find(FriendId friend, Hash256 root)
    {
        using var find = new Statement(
            database.Writer,
            """
            SELECT told.fitting, told.seq FROM told
            JOIN audience ON audience.shares=told.shares
            WHERE audience.friend=? AND told.root=? ORDER BY told.id DESC LIMIT 1
            """
        );
        return find.Bind(0, friend.ToString()).Bind(1, root).Step()
            ? new ToldRoot(ViewShares.Parse(find.Text(0)), find.Long(1))
            : null;
    }

    public void Dispose() => database.Dispose();

    private static Dictionary<VisibleShare, long> Shown(SqliteConnection reader, FriendId friend)
    {
        var shown = new Dictionary<VisibleShare, long>();
        using var list = new Statement(
            reader,
            "SELECT share, name, since FROM shown WHERE friend=?"
        );
        list.Bind(0, friend.ToString());
        while (list.Step())
            shown[new((int)list.Long(0), list.Text(1))] = list.Long(2);
        return shown;
    }
}
