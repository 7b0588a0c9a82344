using FriendNet.Crypto.Merkle;
using FriendNet.Node.Linux;
using FriendNet.Node.Storage;

namespace FriendNet.Node.Shares;

/// <summary>What the index holds of one path.</summary>
internal readonly record struct IndexRow(
    long Id,
    long Size,
    long ModifiedNs,
    long Inode,
    long BirthNs,
    Hash256 Root,
    bool Gone
)
{
    /// <summary>The time of one that is to be hashed whatever its times say.</summary>
    internal const long DoubtedNs = long.MinValue;
}

/// <summary>Files and bytes of a share that are live.</summary>
internal readonly record struct ShareTotals(int Share, long Files, long Bytes);

/// <summary>The writing side of the index, for the index thread alone.</summary>
internal sealed class IndexStore : IDisposable
{
    private const int TwinsMax = 64;
    private const string EndsSql =
        "SELECT seq FROM file WHERE gone=1 UNION ALL SELECT died FROM past";

    private readonly Database _database;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _find;
    private readonly Statement _sameInode;
    private readonly Statement _sameTime;
    private readonly Statement _upsert;
    private readonly Statement _withdraw;
    private readonly Statement _doubt;
    private readonly Statement _under;
    private readonly Statement _putLayer;
    private readonly Statement _dropLayer;
    private bool _inTransaction;

    internal IndexStore(Database database)
    {
        _database = database;
        database.Execute("PRAGMA cache_size=-8000");
        _begin = New("BEGIN IMMEDIATE");
        _commit = New("COMMIT");
        _find = New(
            "SELECT id, size, mtime, inode, birth, root, gone FROM file WHERE share=? AND path=?"
        );
        _sameInode = New(
            "SELECT root, birth FROM file WHERE mtime=? AND size=? AND inode=? LIMIT 8"
        );
        _sameTime = New(
            $"SELECT root, share, path, gone FROM file WHERE mtime=? AND size=? LIMIT {TwinsMax}"
        );
        _upsert = New(
            """
            INSERT INTO file(share, path, size, mtime, inode, birth, root, key, seq, gone, born)
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?9)
            ON CONFLICT(share, path) DO UPDATE SET size=?3, mtime=?4, inode=?5, birth=?6,
              root=?7, key=?8, seq=?9, gone=0, born=iif(gone, ?9, born)
            RETURNING id
            """
        );
        _withdraw = New("UPDATE file SET gone=1, seq=? WHERE id=?");
        _doubt = New("UPDATE file SET mtime=? WHERE id=?");
        _under = New(
            """
            SELECT id, path, size, gone FROM file
            WHERE share=? AND path>? ORDER BY path LIMIT 1000
            """
        );
        _putLayer = New("INSERT OR IGNORE INTO layer(root, hashes) VALUES(?, ?)");
        _dropLayer = New(
            "DELETE FROM layer WHERE root=?1 AND NOT EXISTS(SELECT 1 FROM file WHERE root=?1)"
        );
        Seq = Number("SELECT max(forgotten, ifnull((SELECT max(seq) FROM file), 0)) FROM horizon");
        ForgottenSeq = Number("SELECT forgotten FROM horizon");
    }

    /// <summary>The newest change number, committed or not.</summary>
    internal long Seq { get; private set; }

    /// <summary>Tombstones up to this number may have been dropped.</summary>
    internal long ForgottenSeq { get; private set; }

    /// <summary>A scan doubts what was found before, and what it finds in the end.</summary>
    internal bool HasDoubted { get; set; }

    /// <summary>Rows written since the last commit.</summary>
    internal int Uncommitted { get; private set; }

    internal IndexRow? Find(int share, string path)
    {
        if (!_find.Bind(0, share).Bind(1, path).Step())
            return null;
        var row = new IndexRow(
            _find.Long(0),
            _find.Long(1),
            _find.Long(2),
            _find.Long(3),
            _find.Long(4),
            _find.Hash(5),
            _find.Long(6) != 0
        );
        _find.Reset();
        return row;
    }

    /// <summary>The same inode, not used anew: the file was renamed, or is linked twice.</summary>
    internal Hash256? FindSameInode(in FileStat stat)
    {
        Hash256? root = null;
        _sameInode.Bind(0, stat.ModifiedNs).Bind(1, stat.Size).Bind(2, stat.Inode);
        while (root is null && _sameInode.Step())
        {
            if (_sameInode.Long(1) == stat.BirthNs)
                root = _sameInode.Hash(0);
        }
        _sameInode.Reset();
        return root;
    }

    /// <summary>Files of the same size and time: moved ones, if their names agree.</summary>
    internal List<(Hash256 Root, int Share, string Path, bool Gone)> FindSameTime(FileStat stat)
    {
        List<(Hash256, int, string, bool)> twins = [];
        _sameTime.Bind(0, stat.ModifiedNs).Bind(1, stat.Size);
        while (_sameTime.Step())
        {
            var path = _sameTime.Text(2);
            twins.Add((_sameTime.Hash(0), (int)_sameTime.Long(1), path, _sameTime.Long(3) != 0));
        }
        return twins;
    }

    /// <summary>Writes a file that is there, and gives the row's id.</summary>
    internal long Put(ShareFolder share, string path, in FileStat stat, Hash256 root)
    {
        Begin();
        var key = EntryKey.Of(share.Name, path);
        _upsert.Bind(0, share.Id).Bind(1, path).Bind(2, stat.Size).Bind(3, stat.ModifiedNs);
        _upsert.Bind(4, stat.Inode).Bind(5, stat.BirthNs).Bind(6, root).Bind(7, key);
        _upsert.Bind(8, ++Seq).Step();
        var id = _upsert.Long(0);
        _upsert.Run();
        return id;
    }

    internal void PutLayer(Hash256 root, ReadOnlySpan<Hash256> layer)
    {
        Begin();
        _putLayer.Bind(0, root).Bind(1, layer).Run();
    }

    /// <summary>Forgets the layer of content that no row has any more.</summary>
    internal void DropLayer(Hash256 root)
    {
        Begin();
        _dropLayer.Bind(0, root).Run();
    }

    internal void Withdraw(long id)
    {
        Begin();
        _withdraw.Bind(0, ++Seq).Bind(1, id).Run();
    }

    internal void Doubt(long id)
    {
        Begin();
        HasDoubted = true;
        _doubt.Bind(0, IndexRow.DoubtedNs).Bind(1, id).Run();
    }

    /// <summary>Up to 1,000 rows after a path, in order of path: a page to go on from.</summary>
    internal List<(long Id, string Path, long Size, bool Gone)> Page(int share, string after)
    {
        List<(long, string, long, bool)> rows = [];
        _under.Bind(0, share).Bind(1, after);
        while (_under.Step())
            rows.Add((_under.Long(0), _under.Text(1), _under.Long(2), _under.Long(3) != 0));
        return rows;
    }

    internal List<ShareTotals> Totals()
    {
        List<ShareTotals> totals = [];
        using var sums = New(
            """
            SELECT share, sum(1 - gone), sum(size * (1 - gone)) FROM file GROUP BY share
            """
        );
        while (sums.Step())
            totals.Add(new((int)sums.Long(0), sums.Long(1), sums.Long(2)));
        return totals;
    }

    /// <summary>Tombstones and past lives.</summary>
    internal long Ends() => Number($"SELECT count(*) FROM ({EndsSql})");

    /// <summary>Name, path and device under which a share was indexed; null if never.</summary>
    internal (string Name, string Path, long Device)? FindShare(int id)
    {
        using var find = New("SELECT name, path, device FROM share WHERE id=?");
        return find.Bind(0, id).Step() ? (find.Text(0), find.Text(1), find.Long(2)) : null;
    }

    internal void PutShare(ShareFolder share, long device)
    {
        Begin();
        using var put = New("INSERT OR REPLACE INTO share VALUES(?, ?, ?, ?)");
        put.Bind(0, share.Id).Bind(1, share.Name).Bind(2, share.Path).Bind(3, device).Run();
    }

    internal void DropShare(int id)
    {
        Begin();
        using var drop = New("DELETE FROM share WHERE id=?");
        drop.Bind(0, id).Run();
    }

    /// <summary>Drops the older half of the tombstones and past lives for good.</summary>
    internal void ForgetTombstones(long ends)
    {
        Begin();
        var cut = Number($"{EndsSql} ORDER BY 1 LIMIT 1 OFFSET {ends / 2}");
        _database.Execute($"DELETE FROM file WHERE gone=1 AND seq<={cut}");
        _database.Execute($"DELETE FROM past WHERE died<={cut}");
        _database.Execute("DELETE FROM layer WHERE root NOT IN (SELECT root FROM file)");
        _database.Execute($"UPDATE horizon SET forgotten={cut}");
        ForgottenSeq = cut;
    }

    /// <summary>Makes what was written visible to readers; false if there was nothing.</summary>
    internal bool Commit()
    {
        if (!_inTransaction)
            return false;
        _commit.Run();
        _inTransaction = false;
        Uncommitted = 0;
        return true;
    }

    /// <summary>Gives up what was not committed, after an error.</summary>
    internal void Rollback()
    {
        _inTransaction = false;
        Uncommitted = 0;
        _database.Rollback();
    }

    public void Dispose()
    {
        _begin.Dispose();
        _commit.Dispose();
        _find.Dispose();
        _sameInode.Dispose();
        _sameTime.Dispose();
        _upsert.Dispose();
        _withdraw.Dispose();
        _doubt.Dispose();
        _under.Dispose();
        _putLayer.Dispose();
        _dropLayer.Dispose();
        _database.Dispose();
    }

    private Statement New(string sql) => new(_database.Writer, sql);

    private void Begin()
    {
        Uncommitted++;
        if (_inTransaction)
            return;
        _begin.Run();
        _inTransaction = true;
    }

    private long Number(string sql)
    {
        using var statement = New(sql);
        return statement.Step() ? statement.Long(0) : 0;
    }
}
