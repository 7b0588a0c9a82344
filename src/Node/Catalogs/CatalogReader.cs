using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>Rows of one reading connection turned into what is listed. For one thread.</summary>
internal sealed class CatalogReader : IDisposable
{
    private readonly Dictionary<long, (string Path, long Friend)> _folders = [];
    private readonly Dictionary<long, FriendId> _friends = [];
    private readonly Statement _folder;
    private readonly Statement _friend;
    private readonly Statement _sources;

    internal CatalogReader(SqliteConnection connection)
    {
        Connection = connection;
        _folder = new(connection, "SELECT parent, name, friend FROM folder WHERE id=?");
        _friend = new(connection, "SELECT id FROM friend WHERE no=?");
        // From one source to the next, within an index that holds both.
        _sources = new(connection, "SELECT min(leaf) >> 8 FROM file WHERE tag=? AND leaf>=?");
    }

    internal SqliteConnection Connection { get; }

    /// <summary>Path of a folder; "" for a friend's top folder.</summary>
    internal string PathOf(long folder) => Folder(folder).Path;

    internal FriendId FriendOf(long folder) => Friend(Folder(folder).Friend);

    internal FriendId Friend(long no)
    {
        if (_friends.TryGetValue(no, out var known))
            return known;
        _ = _friend.Bind(0, no).Step() && FriendId.TryParse(_friend.Text(0), out known);
        _friend.Reset();
        return _friends[no] = known;
    }

    /// <summary>
    /// Who has it, by its tag alone: rows of many sources lie far apart, and two contents of one
    /// tag cannot be made but by their own publisher; what is fetched is checked as a whole.
    /// </summary>
    internal List<FriendId> Sources(ContentId content)
    {
        var sources = new List<FriendId>();
        _sources.Bind(0, ShortId.Of(content).Tag);
        for (var no = 1L; no > 0; )
        {
            _sources.Bind(1, no << 8).Step();
            no = _sources.Long(0);
            _sources.Reset();
            if (no > 0)
                sources.Add(Friend(no++));
        }

        return sources;
    }

    /// <summary>What was read of another moment may be gone.</summary>
    internal void Forget()
    {
        _folders.Clear();
        _friends.Clear();
    }

    /// <summary>Columns: id, parent, name, files, bytes.</summary>
    internal ListedFolder ListedFolder(Statement row)
    {
        var (id, name) = (row.Long(0), row.Text(2));
        var (path, friend) = (PathOf(id), FriendOf(id));
        var shortId = ShortId.Of(friend, path).ToString();
        return new ListedFolder(shortId, friend, path, name, row.Long(3), row.Long(4));
    }

    /// <summary>Columns: folder, name, root, length, modified.</summary>
    internal ListedFile ListedFile(Statement row)
    {
        var (folder, name) = (row.Long(0), row.Text(1));
        var content = new ContentId(row.Hash(2), row.Long(3));
        var (id, path) = (ShortId.Of(content).ToString(), $"{PathOf(folder)}/{name}");
        return new ListedFile(id, FriendOf(folder), path, name, content, row.Long(4));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _friend.Dispose();
        _sources.Dispose();
    }

    private (string Path, long Friend) Folder(long id)
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
