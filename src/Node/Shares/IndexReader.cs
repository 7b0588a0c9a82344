using FriendNet.Crypto.Merkle;
using FriendNet.Node.Storage;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Shares;

/// <summary>
/// A connection that looks contents up, its statements prepared. For one thread.
/// </summary>
internal sealed class IndexReader : IDisposable
{
    private const int CopiesMax = 32;
    private readonly Database _database;
    private readonly SqliteConnection _connection;
    private readonly Statement _find;
    private readonly Statement _copy;
    private readonly Statement _layer;

    internal IndexReader(Database database)
    {
        _database = database;
        _connection = database.Rent();
        _find = new Statement(
            _connection,
            "SELECT share, id FROM file WHERE root=? AND size=? AND gone=0"
        );
        _copy = new Statement(_connection, "SELECT path, mtime FROM file WHERE id=?");
        _layer = new Statement(_connection, "SELECT hashes FROM layer WHERE root=?");
    }

    /// <summary>Copies of that content in those shares, 32 at most.</summary>
    internal List<(int Share, string Path, long ModifiedNs)> Find(
        Hash256 root,
        long length,
        Func<int, bool> shares
    )
    {
        List<(int, string, long)> copies = [];
        _find.Bind(0, root).Bind(1, length);
        while (copies.Count < CopiesMax && _find.Step())
        {
            var share = (int)_find.Long(0);
            if (!shares(share))
                continue;
            if (_copy.Bind(0, _find.Long(1)).Step())
                copies.Add((share, _copy.Text(0), _copy.Long(1)));
            _copy.Reset();
        }
        _find.Reset();
        return copies;
    }

    /// <summary>The run tree of a content; null if its layer is not known.</summary>
    internal RunTree? FindRuns(Hash256 root, long length)
    {
        if (MerkleTree.LayerCount(length) == 0)
            return new RunTree([]);
        var layer = _layer.Bind(0, root).Step() ? _layer.Hashes(0) : [];
        _layer.Reset();
        return layer.Length == MerkleTree.LayerCount(length) ? new RunTree(layer) : null;
    }

    public void Dispose()
    {
        _find.Dispose();
        _copy.Dispose();
        _layer.Dispose();
        _database.Return(_connection);
    }
}
