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
    private readonly Statement _nextShare;
    private readonly Statement _copies;
    private readonly Statement _layer;

    internal IndexReader(Database database)
    {
        _database = database;
        _connection = database.Rent();
        _nextShare = new Statement(
            _connection,
            """
            SELECT share FROM file WHERE root=? AND size=? AND gone=0 AND share>?
            ORDER BY share LIMIT 1
            """
        );
        _copies = new Statement(
            _connection,
            "SELECT path, mtime FROM file WHERE root=? AND size=? AND gone=0 AND share=? LIMIT ?"
        );
        _layer = new Statement(_connection, "SELECT hashes FROM layer WHERE root=?");
    }

    /// <summary>
    /// The shares that hold a content, one look each: copies that are hidden from who asks must
    /// not show in the time that its refusal takes.
    /// </summary>
    internal List<int> Shares(Hash256 root, long length)
    {
        List<int> shares = [];
        _nextShare.Bind(0, root).Bind(1, length);
        while (_nextShare.Bind(2, shares.LastOrDefault(-1)).Step())
        {
            shares.Add((int)_nextShare.Long(0));
            _nextShare.Reset();
        }
        return shares;
    }

    /// <summary>Copies of that content in those shares, 32 at most.</summary>
    internal List<(int Share, string Path, long ModifiedNs)> Find(
        Hash256 root,
        long length,
        Func<int, bool> shares
    )
    {
        List<(int, string, long)> copies = [];
        _copies.Bind(0, root).Bind(1, length);
        foreach (var share in Shares(root, length).Where(shares))
        {
            _copies.Bind(2, share).Bind(3, CopiesMax - copies.Count);
            while (_copies.Step())
                copies.Add((share, _copies.Text(0), _copies.Long(1)));
        }
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
        _nextShare.Dispose();
        _copies.Dispose();
        _layer.Dispose();
        _database.Return(_connection);
    }
}
