namespace FriendNet.Node.Shares;

/// <summary>The tables of index.db: all of it can be made again from the folders.</summary>
internal static class IndexSchema
{
    /// <summary>
    /// A file's row stays as a tombstone (gone = 1) with its root, so that what comes back or
    /// moved is not hashed again. horizon.forgotten starts at the microsecond of creation, so
    /// that change numbers go on rising when a damaged index is built anew. file_root alone tells
    /// in which shares a content is, so a look for one that is not for who asks reads no more pages
    /// than for one that is nowhere. file.born: the change since which the row is, or was, live
    /// without a break (0: not known, of old rows); past: its lives before that, so that a friend
    /// is told of an end only if it was told of the file.
    /// </summary>
    internal static readonly string[] Versions =
    [
        """
            CREATE TABLE share(
              id INTEGER PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL,
              device INTEGER NOT NULL);
            CREATE TABLE file(
              id INTEGER PRIMARY KEY, share INTEGER NOT NULL, path TEXT NOT NULL,
              size INTEGER NOT NULL, mtime INTEGER NOT NULL, inode INTEGER NOT NULL,
              birth INTEGER NOT NULL, root BLOB NOT NULL, key BLOB NOT NULL,
              seq INTEGER NOT NULL, gone INTEGER NOT NULL);
            CREATE UNIQUE INDEX file_path ON file(share, path);
            CREATE INDEX file_key ON file(key);
            CREATE INDEX file_root ON file(root);
            CREATE INDEX file_seq ON file(seq);
            CREATE INDEX file_twin ON file(mtime, size, inode);
            CREATE TABLE layer(root BLOB NOT NULL UNIQUE, hashes BLOB NOT NULL);
            CREATE TABLE horizon(forgotten INTEGER NOT NULL);
            INSERT INTO horizon
              VALUES(CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER));
            """,
        """
            DROP INDEX file_root;
            CREATE INDEX file_root ON file(root, size, gone, share);
            """,
        """
            ALTER TABLE file ADD COLUMN born INTEGER NOT NULL DEFAULT 0;
            CREATE TABLE past(
              file INTEGER NOT NULL, died INTEGER NOT NULL, born INTEGER NOT NULL,
              PRIMARY KEY(file, died)) WITHOUT ROWID;
            CREATE TRIGGER file_back AFTER UPDATE OF gone ON file WHEN old.gone=1 AND new.gone=0
              BEGIN INSERT INTO past VALUES(old.id, old.seq, old.born); END;
            """,
    ];
}
