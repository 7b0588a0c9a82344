namespace FriendNet.Node.Storage;

/// <summary>
/// Tables of state.db, one script a version. Secrets are sealed by the identity's storage key.
/// </summary>
/// <remarks>
/// accepted: the highest timestamp taken from the friend, by its clock, and accepted_at: when, by
/// ours. A pseudonym's seed is NULL once erased; head is the last one signed, whose version counts;
/// retired: when it was withdrawn; exposed: who knew it was removed from the friends since.
/// audience: as Audience writes it; the friends column is of the first version, read once and NULL
/// since. grp: the group that the newcomer joins.
/// fresh: secrets that redemptions by one who is a friend made and that it may not have got.
/// </remarks>
internal static class StateSchema
{
    internal static readonly string[] Scripts =
    [
        """
            CREATE TABLE friends(
                id TEXT PRIMARY KEY NOT NULL,
                card BLOB NOT NULL,
                name TEXT NOT NULL UNIQUE,
                secret BLOB NOT NULL,
                accepted INTEGER NOT NULL,
                accepted_at INTEGER NOT NULL,
                sent INTEGER NOT NULL,
                addresses TEXT NOT NULL,
                added INTEGER NOT NULL,
                confirmed INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE invitations(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                secret BLOB,
                note TEXT NOT NULL,
                created INTEGER NOT NULL,
                expires INTEGER NOT NULL,
                revoked INTEGER NOT NULL DEFAULT 0,
                redeemed_by TEXT,
                redeemed_at INTEGER,
                timestamp INTEGER
            ) STRICT;
            CREATE TABLE shares(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                name TEXT NOT NULL UNIQUE,
                path TEXT NOT NULL,
                friends TEXT
            ) STRICT;
            """,
        """
            CREATE TABLE pseudonyms(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                seed BLOB,
                head BLOB NOT NULL,
                made INTEGER NOT NULL,
                retired INTEGER
            ) STRICT;
            """,
        """
            ALTER TABLE shares ADD COLUMN audience TEXT;
            UPDATE shares SET friends=NULL, audience=CASE WHEN friends IS NULL THEN 'friends'
                ELSE 'friend:' || replace(friends, char(10), char(10) || 'friend:') END;
            CREATE TABLE groups(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                name TEXT NOT NULL UNIQUE
            ) STRICT;
            CREATE TABLE members(
                grp INTEGER NOT NULL,
                friend TEXT NOT NULL,
                PRIMARY KEY(grp, friend)
            ) STRICT, WITHOUT ROWID;
            ALTER TABLE invitations ADD COLUMN grp INTEGER;
            """,
        """
            CREATE TABLE fresh(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                friend TEXT NOT NULL,
                secret BLOB NOT NULL
            ) STRICT;
            ALTER TABLE pseudonyms ADD COLUMN exposed INTEGER NOT NULL DEFAULT 0;
            """,
    ];
}
