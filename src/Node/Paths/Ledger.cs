using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Paths;

/// <summary>What a friend had to do with bytes of a trust path.</summary>
public enum LedgerKind
{
    /// <summary>We relayed them at its request.</summary>
    AtItsRequest = 0,

    /// <summary>We relayed them towards it.</summary>
    TowardsIt = 1,

    /// <summary>It relayed them for us.</summary>
    ForUs = 2,

    /// <summary>It brought somebody of the circle to us.</summary>
    ThroughIt = 3,
}

/// <summary>
/// Who relayed how much for whom: bytes by friend, both ways together. On disk once a minute and
/// at the end, so that a crash costs a minute. No pseudonym and no time is kept.
/// </summary>
public sealed class Ledger : IDisposable
{
    /// <summary>
    /// For <see cref="Database.Open"/>. A file of its own: what can be lost is not written beside
    /// what must not be.
    /// </summary>
    public static readonly IReadOnlyList<string> Schema =
    [
        """
            CREATE TABLE ledger(
                friend TEXT NOT NULL,
                kind INTEGER NOT NULL,
                bytes INTEGER NOT NULL,
                PRIMARY KEY(friend, kind)
            ) STRICT, WITHOUT ROWID;
            """,
    ];

    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    // Of the database; taken before the other, which is never held while the disk is waited for.
    private readonly Lock _disk = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<(FriendId Friend, LedgerKind Kind), long> _bytes = [];
    private readonly HashSet<(FriendId Friend, LedgerKind Kind)> _changed = [];
    private readonly HashSet<Passage> _open = [];
    private readonly Database _database;
    private readonly Action<string> _warn;
    private readonly Timer _timer;

    /// <param name="database">Opened with <see cref="Schema"/>; owned from here on.</param>
    public Ledger(Database database, Action<string> warn)
    {
        (_database, _warn) = (database, warn);
        using var all = new Statement(database.Writer, "SELECT friend, kind, bytes FROM ledger");
        while (all.Step())
        {
            if (FriendId.TryParse(all.Text(0), out var friend))
            {
                _bytes[(friend, (LedgerKind)all.Long(1))] = all.Long(2);
            }
        }

        _timer = new Timer(_ => Write(), null, Rest, Rest);
    }

    /// <summary>Bytes so far, those of open paths included.</summary>
    public long Of(FriendId friend, LedgerKind kind)
    {
        lock (_gate)
        {
            CountOpen();
            return _bytes.GetValueOrDefault((friend, kind));
        }
    }

    /// <summary>Counts what passes until the passage ends.</summary>
    /// <param name="total">Bytes that passed so far; for any thread, takes no lock.</param>
    public Passage Begin(FriendId friend, LedgerKind kind, Func<long> total)
    {
        var passage = new Passage(this, friend, kind, total);
        lock (_gate)
        {
            _open.Add(passage);
        }

        return passage;
    }

    /// <summary>Nothing is kept of who is no friend any more.</summary>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The disk refuses.</exception>
    public void Forget(FriendId friend)
    {
        lock (_disk)
        {
            lock (_gate)
            {
                _open.RemoveWhere(passage => passage.Friend == friend);
                foreach (var kind in Enum.GetValues<LedgerKind>())
                {
                    _bytes.Remove((friend, kind));
                    _changed.Remove((friend, kind));
                }
            }

            using var gone = new Statement(_database.Writer, "DELETE FROM ledger WHERE friend=?");
            gone.Bind(0, friend.ToString()).Run();
        }
    }

    public void Dispose()
    {
        using (var ended = new ManualResetEvent(initialState: false))
        {
            if (_timer.Dispose(ended))
            {
                ended.WaitOne();
            }
        }

        _timer.Dispose();

        Write();
        _database.Dispose();
    }

    internal void End(Passage passage)
    {
        lock (_gate)
        {
            if (_open.Remove(passage))
            {
                Count(passage);
            }
        }
    }

    private void CountOpen()
    {
        foreach (var passage in _open)
        {
            Count(passage);
        }
    }

    private void Count(Passage passage)
    {
        var bytes = passage.Take();
        if (bytes > 0)
        {
            var key = (passage.Friend, passage.Kind);
            _bytes[key] = _bytes.GetValueOrDefault(key) + bytes;
            _changed.Add(key);
        }
    }

    private void Write()
    {
        lock (_disk)
        {
            var rows = TakeChanged();
            try
            {
                Write(rows);
            }
            catch (Exception e) when (StorageFault.Is(e))
            {
                _warn($"The ledger of relayed bytes cannot be written: {e.Message}");
                lock (_gate)
                {
                    _changed.UnionWith(rows.Select(row => row.Key));
                }
            }
        }
    }

    private ((FriendId Friend, LedgerKind Kind) Key, long Bytes)[] TakeChanged()
    {
        lock (_gate)
        {
            CountOpen();
            var rows = _changed.Select(key => (key, _bytes[key])).ToArray();
            _changed.Clear();
            return rows;
        }
    }

    private void Write(((FriendId Friend, LedgerKind Kind) Key, long Bytes)[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        try
        {
            _database.Execute("BEGIN");
            using var put = new Statement(
                _database.Writer,
                "INSERT INTO ledger VALUES(?,?,?) ON CONFLICT DO UPDATE SET bytes=excluded.bytes"
            );
            foreach (var (key, bytes) in rows)
            {
                put.Bind(0, key.Friend.ToString()).Bind(1, (long)key.Kind).Bind(2, bytes).Run();
            }

            _database.Execute("COMMIT");
        }
        finally
        {
            _database.Rollback();
        }
    }

    /// <summary>One path's part in the ledger of one friend.</summary>
    public sealed class Passage(Ledger ledger, FriendId friend, LedgerKind kind, Func<long> total)
    {
        private long _taken;

        internal FriendId Friend => friend;

        internal LedgerKind Kind => kind;

        /// <summary>Nothing passes any more.</summary>
        public void End() => ledger.End(this);

        /// <summary>What passed since the last time.</summary>
        internal long Take()
        {
            var now = total();
            (var since, _taken) = (now - _taken, now);
            return since;
        }
    }
}
