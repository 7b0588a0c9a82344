using FriendNet.Crypto.Merkle;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>How an apply ended; nothing was kept unless <see cref="Held"/> is set.</summary>
/// <param name="Held">What is held now.</param>
/// <param name="Why">A sentence for people if it failed.</param>
/// <param name="Lasting">Asking again soon cannot help: a lie, or over a limit.</param>
public readonly record struct ApplyOutcome(CatalogHead? Held, string Why = "", bool Lasting = false)
{
    internal static ApplyOutcome Failed(string why, bool lasting = false) =>
        new(null, why, lasting);
}

/// <summary>
/// Friends' catalogs in catalog.db. What is long to write is written on a thread of its own, in
/// turns; everything else reads beside it and never waits.
/// </summary>
public sealed class CatalogStore : IDisposable
{
    private static readonly string[] Words = ["file_words", "folder_words"];
    private readonly Lock _writing = new();
    private readonly Func<DateTimeOffset> _clock;
    private readonly Func<FriendId, bool> _isFriend;

    private CatalogStore(
        Database database,
        Func<DateTimeOffset> clock,
        Func<FriendId, bool> isFriend
    )
    {
        _isFriend = isFriend;
        Database = database;
        Circles = new CircleTable(database.Writer);
        Searches = new SearchReaders(database, Circles);
        _clock = clock;
        // Words are gathered in memory before they are written: few large pieces search faster.
        database.Execute("PRAGMA cache_size=-32000");
        // A journal that is never emptied slows every look-up.
        database.Execute("PRAGMA wal_autocheckpoint=500");
        database.Execute("PRAGMA journal_size_limit=16777216");
        foreach (var table in Words)
            database.Execute($"INSERT INTO {table}({table}, rank) VALUES('hashsize', 8388608)");

        Turns = new Turns(_writing);
        // Those whose removal was broken off.
        foreach (var id in FriendTable.Friends(database.Writer).Where(id => !isFriend(id)))
            _ = Turns.Run(id, Removal(id));
        foreach (var catalog in FriendTable.Ownerless(database.Writer))
            _ = Turns.Run(default, RemovalOf(catalog));
    }

    /// <summary>Pseudonyms, and who offers them.</summary>
    public CircleTable Circles { get; }

    /// <summary>Who writes, and when.</summary>
    internal Turns Turns { get; }

    /// <summary>For searches.</summary>
    internal SearchReaders Searches { get; }

    internal Database Database { get; }

    /// <summary>
    /// Opens catalog.db; a damaged file is moved aside, begun anew and <paramref name="said"/>.
    /// Null if it cannot be opened, and the reason is said.
    /// </summary>
    /// <param name="isFriend">Whether that is still one; null: all are.</param>
    public static CatalogStore? Open(
        string path,
        Func<DateTimeOffset> clock,
        Action<string> said,
        Func<FriendId, bool>? isFriend = null
    )
    {
        const string Consequence = "friends' catalogs are fetched again.";
        var schema = CatalogSchema.Versions;
        for (var again = false; ; again = true)
        {
            var database = OwnDatabase.Open(path, schema, clock(), Consequence, said);
            if (database is null)
                return null;
            try
            {
                return new CatalogStore(database, clock, isFriend ?? (static _ => true));
            }
            catch (SqliteException e) when (!again && Database.IsDamage(e))
            {
                // Met only now: opened again it is read as a whole, and moved aside.
                database.Dispose();
            }
        }
    }

    /// <summary>All that is held, for the engine at start.</summary>
    public IReadOnlyList<HeldCatalog> Held() => Read(FriendTable.List);

    /// <summary>What to ask a delta from; the zero root: everything.</summary>
    public Hash256 HaveRoot(FriendId friend) =>
        Read(reader => FriendTable.Find(reader, friend)) is { Whole: false, IsPartial: false } row
            ? row.Tree.Root
            : default;

    /// <summary>
    /// Applies a delta that leads to the head which it tells; of any other nothing is kept.
    /// Never throws for what the bytes hold.
    /// </summary>
    /// <param name="delta">Read to its end; what it throws (IOException) counts as cut off.</param>
    public async Task<ApplyOutcome> ApplyAsync(FriendId friend, Stream delta)
    {
        var apply = new VerifiedApply(
            Database,
            Circles,
            friend,
            () => _isFriend(friend),
            () => _clock().ToUnixTimeSeconds()
        );
        try
        {
            return await Turns.Run(friend, apply.Run(delta));
        }
        catch (SqliteException e)
        {
            return ApplyOutcome.Failed($"Our catalog database failed: {e.Message}");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return ApplyOutcome.Failed($"The catalog was cut off: {e.Message}");
        }
    }

    /// <summary>The friend was heard of just now.</summary>
    public void Seen(FriendId friend) =>
        Write(w => FriendTable.Set(w, friend, "seen", _clock().ToUnixTimeSeconds()));

    /// <summary>Forgets everything of a friend, after what of it is being applied.</summary>
    public void Remove(FriendId friend)
    {
        try
        {
            Turns.Run(friend, Removal(friend)).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // Closed meanwhile; the next start goes on.
        }
    }

    public void Dispose()
    {
        Turns.Dispose();
        Searches.Dispose();
        Database.Dispose();
    }

    internal T Read<T>(Func<SqliteConnection, T> read)
    {
        var reader = Database.Rent();
        try
        {
            return read(reader);
        }
        finally
        {
            Database.Return(reader);
        }
    }

    internal ReadMoment Moment() => new(Database);

    /// <summary>One transaction; what must follow it at once comes after the commit.</summary>
    internal void Write(Action<SqliteConnection> write, Action? committed = null) =>
        Writing(() =>
        {
            Database.Transact(write);
            committed?.Invoke();
        });

    /// <summary>While nobody else writes.</summary>
    internal void Writing(Action work)
    {
        lock (_writing)
            work();
    }

    /// <summary>Pieces of work, after which that row is no more.</summary>
    internal IEnumerable<bool> RemovalOf(long catalog)
    {
        if (FriendTable.Find(Database.Writer, catalog) is not { } row)
            yield break;
        foreach (var isDone in VerifiedApply.Remove(Database, Circles, row))
            yield return isDone;
    }

    private IEnumerable<bool> Removal(FriendId friend)
    {
        if (FriendTable.Find(Database.Writer, friend) is not { } row)
            yield break;
        foreach (var isDone in RemovalOf(row.No))
            yield return isDone;
    }
}
