namespace FriendNet.Node.Catalogs;

/// <summary>The tables of catalog.db: all of it can be fetched again from friends.</summary>
internal static class CatalogSchema
{
    /// <summary>Prefixes of words are indexed up to this many characters.</summary>
    internal const int PrefixMax = 6;

    /// <summary>
    /// A friend's top folder stands under parent -no. file.leaf = 256 × friend.no + first byte of
    /// the entry's key; tags are the first 8 bytes of ids. The words of a file or folder are all
    /// names of its path, a folder's own apart from those above it; they are looked up, never
    /// shown, so nothing but the index is kept. From version 3 on a row of friend with circle=1 is
    /// a circle catalog, its id being "circle:" and the pseudonym that first brought it;
    /// pseudonyms of one root share it. partial: it is being changed, so its tree is not to be
    /// believed. offer: who tells which head. piece: the last deltas as they came. counter: ids
    /// are never given twice.
    /// </summary>
    internal static readonly string[] Versions =
    [
        """
            CREATE TABLE friend(
              no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, root BLOB NOT NULL,
              entries INTEGER NOT NULL, bytes INTEGER NOT NULL, encoded INTEGER NOT NULL,
              folders INTEGER NOT NULL, folder INTEGER NOT NULL, applied INTEGER NOT NULL,
              seen INTEGER NOT NULL, whole INTEGER NOT NULL, tree BLOB NOT NULL);
            CREATE TABLE folder(
              id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, name TEXT NOT NULL,
              friend INTEGER NOT NULL, tag INTEGER NOT NULL,
              files INTEGER NOT NULL, bytes INTEGER NOT NULL);
            CREATE UNIQUE INDEX folder_name ON folder(parent, name);
            CREATE INDEX folder_tag ON folder(tag);
            CREATE TABLE file(
              id INTEGER PRIMARY KEY, folder INTEGER NOT NULL, name TEXT NOT NULL,
              leaf INTEGER NOT NULL, tag INTEGER NOT NULL, root BLOB NOT NULL,
              length INTEGER NOT NULL, modified INTEGER NOT NULL);
            CREATE UNIQUE INDEX file_name ON file(folder, name);
            CREATE INDEX file_leaf ON file(leaf);
            CREATE INDEX file_tag ON file(tag);
            CREATE VIRTUAL TABLE file_words USING fts5(
              text, content='', contentless_delete=1, detail=none, prefix='1 2 3 4 5 6',
              tokenize="unicode61 remove_diacritics 2 categories 'L* N* M* Co'");
            CREATE VIRTUAL TABLE folder_words USING fts5(
              name, above, content='', contentless_delete=1, detail=column, prefix='1 2 3 4 5 6',
              tokenize="unicode61 remove_diacritics 2 categories 'L* N* M* Co'");
            """,
        """
            ALTER TABLE friend ADD COLUMN folder_bytes INTEGER NOT NULL DEFAULT 0;
            WITH RECURSIVE path(id, friend, bytes) AS (
              SELECT id, friend, 0 FROM folder WHERE parent<0
              UNION ALL
              SELECT folder.id, folder.friend,
                path.bytes + (path.bytes>0) + length(CAST(folder.name AS BLOB))
              FROM folder JOIN path ON folder.parent=path.id)
            UPDATE friend SET folder_bytes=(
              SELECT ifnull(sum(bytes), 0) FROM path WHERE path.friend=friend.no);
            """,
        """
            ALTER TABLE friend ADD COLUMN circle INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE friend ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
            CREATE TABLE pseudonym(
              id BLOB PRIMARY KEY, head BLOB NOT NULL, catalog INTEGER NOT NULL,
              sponsor TEXT NOT NULL, encoded INTEGER NOT NULL) WITHOUT ROWID;
            CREATE INDEX pseudonym_catalog ON pseudonym(catalog);
            CREATE TABLE offer(
              friend TEXT NOT NULL, pseudonym BLOB NOT NULL, hops INTEGER NOT NULL,
              head BLOB NOT NULL, PRIMARY KEY(friend, pseudonym)) WITHOUT ROWID;
            CREATE TABLE piece(
              catalog INTEGER NOT NULL, at INTEGER NOT NULL, came INTEGER NOT NULL,
              went INTEGER NOT NULL, bytes BLOB NOT NULL,
              PRIMARY KEY(catalog, at)) WITHOUT ROWID;
            CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
            DROP INDEX file_tag;
            CREATE INDEX file_tag ON file(tag, leaf);
            """,
    ];
}
