namespace FriendNet.Node.Downloads;

/// <summary>What stands in transfers.db.</summary>
internal static class TransferSchema
{
    /// <summary>One script a version.</summary>
    internal static readonly IReadOnlyList<string> Scripts =
    [
        """
            CREATE TABLE transfers(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                name TEXT NOT NULL,
                destination TEXT NOT NULL,
                part TEXT NOT NULL,
                final TEXT NOT NULL,
                folder INTEGER NOT NULL,
                state INTEGER NOT NULL,
                created INTEGER NOT NULL,
                files INTEGER NOT NULL,
                bytes INTEGER NOT NULL,
                why TEXT NOT NULL
            ) STRICT;
            CREATE TABLE files(
                transfer INTEGER NOT NULL,
                file INTEGER NOT NULL,
                path TEXT NOT NULL,
                root BLOB NOT NULL,
                length INTEGER NOT NULL,
                PRIMARY KEY(transfer, file)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE have(
                transfer INTEGER NOT NULL,
                chunk INTEGER NOT NULL,
                bits BLOB NOT NULL,
                PRIMARY KEY(transfer, chunk)
            ) STRICT, WITHOUT ROWID;
            """,
        // Before this version nothing was doubted.
        """
            ALTER TABLE transfers ADD recorded INTEGER NOT NULL DEFAULT 9223372036854775807;
            CREATE TABLE roots(
                transfer INTEGER NOT NULL,
                run INTEGER NOT NULL,
                root BLOB NOT NULL,
                PRIMARY KEY(transfer, run)
            ) STRICT, WITHOUT ROWID;
            """,
        """
            ALTER TABLE transfers ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0;
            CREATE TABLE proofs(
                transfer INTEGER NOT NULL,
                file INTEGER NOT NULL,
                chunk INTEGER NOT NULL,
                nodes BLOB NOT NULL,
                PRIMARY KEY(transfer, file, chunk)
            ) STRICT, WITHOUT ROWID;
            """,
        // Where it is silent, what was recorded before it counts: transfers.recorded.
        """
            CREATE TABLE changes(
                transfer INTEGER NOT NULL,
                chunk INTEGER NOT NULL,
                times BLOB NOT NULL,
                PRIMARY KEY(transfer, chunk)
            ) STRICT, WITHOUT ROWID;
            """,
    ];
}
