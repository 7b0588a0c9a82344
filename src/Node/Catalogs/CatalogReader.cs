using FriendNet.Node.Storage;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>Rows of one reading connection turned into what is listed. For one thread.</summary>
internal sealed class CatalogReader : IDisposable
{
    private readonly Dictionary<long, (string Path, long Catalog)> _folders = [];
    private readonly Dictionary<long, SourceId> _keys = [];
    private readonly CircleTable _circles;
    private readonly Statement _folder;
    private readonly Statement _friend;
    private readonly Statement _sources;

    internal CatalogReader(SqliteConnection connection, CircleTable circles)
    {
        (Connection, _circles) = (connection, circles);
        _folder = new(connection, "SELECT parent, name, friend FROM folder WHERE id=?");
        _friend = new(connection, "SELECT id FROM friend WHERE no=?");
        // From one source to the next, within an index that holds both.
        _sources = new(connection, "SELECT min(leaf) >> 8 FROM file WHERE tag=? AND leaf>=?");
    }

    internal SqliteConnection Connection { get; }

    /// <summary>Path of a folder; "" for a friend's top folder.</summary>
    internal string PathOf(long folder) => Folder(folder).Path;

    /// <summary>Whose it is, as ids of folders count it: stable, whoever publishes it later.
    /// </summary>
    internal SourceId KeyOf(long folder) => Key(Folder(folder).Catalog);

    /// <summary>Who shows the folder now.</summary>
    internal SourceId OwnerOf(long folder)
    {
        var key = KeyOf(folder);
        var owners = _circles.OwnersOf(Folder(folder).Catalog);
        return owners.Count == 0 || owners.Any(owner => SourceId.Of(owner) == key)
            ? key
            : SourceId.Of(owners[0]);
    }

    /// <summary>Every way to what is in the folder, nearest first.</summary>
    internal IReadOnlyList<HitSource> WaysTo(long folder) => Ways(Folder(folder).Catalog);

    /// <summary>
    /// Who has it, by its tag alone: rows of many sources lie far apart, and two contents of one
    /// tag cannot be made but by their own publisher; what is fetched is checked as a whole.
    /// </summary>
    internal List<HitSource> Sources(ContentId content)
    {
        var sources = new List<HitSource>();
        _sources.Bind(0, ShortId.Of(content).Tag);
        for (var no = 1L; no > 0; )
        {
            _sources.Bind(1, no << 8).Step();
            no = _sources.Long(0);
            _sources.Reset();
            if (no > 0)
                sources.AddRange(Ways(no++));
        }

        return [.. sources.Distinct().OrderBy(source => source.Hops)];
    }

    /// <summary>Entries of a catalog whose keys begin with this byte; in no order.</summary>
    internal IEnumerable<CatalogEntry> Leaf(long catalog, int leaf) => Entries(catalog, leaf, leaf);

    /// <summary>In no order.</summary>
    internal IEnumerable<CatalogEntry> All(long catalog) => Entries(catalog, 0, byte.MaxValue);

    /// <summary>What was read of another moment may be gone.</summary>
    internal void Forget()
    {
        _folders.Clear();
        _keys.Clear();
    }

    /// <summary>Columns: id, parent, name, files, bytes.</summary>
    internal ListedFolder ListedFolder(Statement row)
    {
        var (id, name) = (row.Long(0), row.Text(2));
        var path = PathOf(id);
        var shortId = ShortId.Of(KeyOf(id), path).ToString();
        return new ListedFolder(shortId, OwnerOf(id), path, name, row.Long(3), row.Long(4));
    }

    /// <summary>Columns: folder, name, root, length, modified.</summary>
    internal ListedFile ListedFile(Statement row)
    {
        var (folder, name) = (row.Long(0), row.Text(1));
        var content = new ContentId(row.Hash(2), row.Long(3));
        var (id, path) = (ShortId.Of(content).ToString(), $"{PathOf(folder)}/{name}");
        return new ListedFile(id, OwnerOf(folder), path, name, content, row.Long(4));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _friend.Dispose();
        _sources.Dispose();
    }

    private SourceId Key(long no)
    {
        if (_keys.TryGetValue(no, out var known))
            return known;
        var key = _friend.Bind(0, no).Step() ? FriendTable.ParseKey(_friend.Text(0)) : null;
        _friend.Reset();
        return _keys[no] = key ?? default;
    }

    private IEnumerable<CatalogEntry> Entries(long catalog, int first, int last)
    {
        const string Sql = """
            SELECT folder, name, root, length, modified FROM file
            WHERE leaf>=? AND leaf<=? ORDER BY leaf
            """;
        using var list = new Statement(Connection, Sql);
        list.Bind(0, (catalog * 256) + first).Bind(1, (catalog * 256) + last);
        while (list.Step())
        {
            var path = $"{PathOf(list.Long(0))}/{list.Text(1)}";
            var content = new ContentId(list.Hash(2), list.Long(3));
            if (CatalogPath.TryParse(path, out var parsed))
                yield return new CatalogEntry(parsed, content, list.Long(4));
        }
    }

    private IReadOnlyList<HitSource> Ways(long no) =>
        Key(no) is { Friend: { } friend } key ? [new HitSource(key, friend, 1)] : _circles.Ways(no);

    private (string Path, long Catalog) Folder(long id)
    {
        if (_folders.TryGetValue(id, out var known))
            return known;
        if (!_folder.Bind(0, id).Step())
            return ("", 0);
        var (parent, name, friend) = (_folder.Long(0), _folder.Text(1), _folder.Long(2));
        _folder.Reset();
        var above = parent < 0 ? "" : Folder(parent).Path;
        var path = above.Length == 0 ? name : $"{above}/{name}";
        return _folders[id] = (path, friend);
    }
}
