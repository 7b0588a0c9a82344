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
/// Friends' catalogs in catalog.db. Apply, Remove and Seen write, one at a time, on the thread
/// that calls them (a worker's); everything else reads beside them and never waits.
/// </summary>
public sealed class CatalogStore : IDisposable
{
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
        foreach (var table in (string[])["file_words", "folder_words"])
            database.Execute($"INSERT INTO {table}({table}, rank) VALUES('hashsize', 8388608)");
    }

    /// <summary>Pseudonyms, and who offers them.</summary>
    public CircleTable Circles { get; }

    /// <summary>For searches.</summary>
    internal SearchReaders Searches { get; }

    private Database Database { get; }

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
        return OwnDatabase.Open(path, schema, clock(), Consequence, said) is { } database
            ? new CatalogStore(database, clock, isFriend ?? (static _ => true))
            : null;
    }

    /// <summary>All that is held, for the engine at start.</summary>
    public IReadOnlyList<HeldCatalog> Held() => Read(FriendTable.List);

    /// <summary>What to ask a delta from; the zero root: everything.</summary>
    public Hash256 HaveRoot(FriendId friend) =>
        Read(reader => FriendTable.Find(reader, friend)) is { Whole: false } row
            ? row.Tree.Root
            : default;

    /// <summary>
    /// Applies a delta in one transaction: all of it hashes to the head that it tells, or
    /// nothing is kept. Never throws for what the bytes hold.
    /// </summary>
    /// <param name="delta">Read to its end; what it throws (IOException) counts as cut off.</param>
    public ApplyOutcome Apply(
        FriendId friend,
        Stream delta,
        CancellationToken cancellation = default
    )
    {
        lock (_writing)
        {
            // One removed while this waited: Remove has come, or comes after.
            if (!_isFriend(friend))
                return ApplyOutcome.Failed("That is no friend any more.", lasting: true);
            try
            {
                Database.Execute("BEGIN IMMEDIATE");
                var now = _clock().ToUnixTimeSeconds();
                var row =
                    FriendTable.Find(Database.Writer, friend)
                    ?? FriendTable.Create(Database.Writer, SourceId.Of(friend), now);
                var outcome = DeltaApply.Run(Database.Writer, row, delta, cancellation);
                if (outcome.Held is null)
                    return Doubt(row, outcome);
                FriendTable.Save(Database.Writer, row, now);
                Database.Execute("COMMIT");
                return outcome;
            }
            catch (SqliteException e)
            {
                return ApplyOutcome.Failed($"Our catalog database failed: {e.Message}");
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                return ApplyOutcome.Failed($"The catalog was cut off: {e.Message}");
            }
            finally
            {
                Database.Rollback();
            }
        }
    }

    /// <summary>The friend was heard of just now.</summary>
    public void Seen(FriendId friend) =>
        Write(w => FriendTable.Set(w, friend, "seen", _clock().ToUnixTimeSeconds()));

    /// <summary>Forgets everything of a friend.</summary>
    public void Remove(FriendId friend) =>
        Write(writer =>
        {
            if (FriendTable.Find(writer, friend) is not { } row)
                return;
            using (var edit = new CatalogEdit(writer, row))
            {
                edit.RemoveAll();
                edit.Finish();
            }

            FriendTable.Delete(writer, row);
        });

    public void Dispose()
    {
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
    internal void Write(Action<SqliteConnection> write, Action? committed = null)
    {
        lock (_writing)
        {
            Database.Transact(write);
            committed?.Invoke();
        }
    }

    // Changes that do not fit may be our fault or theirs: everything is asked for once instead.
    private ApplyOutcome Doubt(FriendRow row, ApplyOutcome outcome)
    {
        if (!outcome.Lasting || row.Whole || row.Root.IsZero)
            return outcome;
        Database.Rollback();
        FriendTable.Set(Database.Writer, row.Key.Friend!.Value, "whole", 1);
        return outcome with { Lasting = false };
    }
}
