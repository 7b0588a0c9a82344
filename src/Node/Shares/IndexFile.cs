using FriendNet.Crypto.Merkle;
using FriendNet.Node.Storage;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Shares;

/// <summary>index.db, open: its one writing side and its readers.</summary>
internal sealed class IndexFile : IDisposable
{
    private const int ReadersKept = 3;
    private readonly Lock _gate = new();
    private readonly Stack<IndexReader> _readers = new();
    private bool _disposed;

    private IndexFile(Database database)
    {
        Database = database;
        Store = new IndexStore(database);
    }

    internal Database Database { get; }

    internal IndexStore Store { get; }

    /// <summary>
    /// Opens or makes the file. A damaged one is moved aside and made anew, which
    /// <paramref name="sentence"/> then tells; null with a sentence if it cannot be opened.
    /// </summary>
    internal static IndexFile? Open(string path, out string? sentence)
    {
        sentence = null;
        for (var again = false; ; again = true)
        {
            // Left behind by a kill or a power cut: worth a look inside.
            var isSuspect = File.Exists(path + "-wal");
            var opening = Database.Open(path, Durability.Normal, IndexSchema.Versions, isSuspect);
            if (TryUse(ref opening) is { } file)
                return file;
            if (opening.State != DatabaseState.Damaged || again)
            {
                sentence = opening.Sentence;
                return null;
            }
            sentence = Rebuilt(Database.MoveAside(path, DateTime.UtcNow));
        }
    }

    private static IndexFile? TryUse(ref DatabaseOpening opening)
    {
        if (opening.Database is not { } database)
            return null;
        try
        {
            return new IndexFile(database);
        }
        catch (SqliteException e)
        {
            database.Dispose();
            var isDamage = Database.IsDamage(e);
            var state = isDamage ? DatabaseState.Damaged : DatabaseState.Unavailable;
            opening = new(state, null, $"The index cannot be read: {e.Message}");
            return null;
        }
    }

    /// <summary>What to say once a damaged index stands aside.</summary>
    internal static string Rebuilt(string aside) =>
        $"The index of shared files was damaged; it is kept as {aside} and made anew.";

    /// <summary>Copies of a content, and its run tree (null if unknown).</summary>
    internal (List<(int Share, string Path, long ModifiedNs)> Copies, RunTree? Runs) Find(
        Hash256 root,
        long length,
        Func<int, bool> shares
    ) =>
        Read(reader =>
        {
            var copies = reader.Find(root, length, shares);
            return (copies, copies.Count > 0 ? reader.FindRuns(root, length) : null);
        });

    /// <summary>The shares that hold a content, in place or not.</summary>
    internal List<int> SharesOf(Hash256 root, long length) =>
        Read(reader => reader.Shares(root, length));

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_readers.TryPop(out var reader))
                reader.Dispose();
        }
        Store.Dispose();
    }

    private T Read<T>(Func<IndexReader, T> read)
    {
        var reader = Rent();
        try
        {
            return read(reader);
        }
        finally
        {
            Return(reader);
        }
    }

    private IndexReader Rent()
    {
        lock (_gate)
        {
            if (_readers.TryPop(out var kept))
                return kept;
        }
        return new IndexReader(Database);
    }

    private void Return(IndexReader reader)
    {
        lock (_gate)
        {
            if (!_disposed && _readers.Count < ReadersKept)
            {
                _readers.Push(reader);
                return;
            }
        }
        reader.Dispose();
    }
}
