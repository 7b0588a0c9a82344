using System.Text;
using FriendNet.Node.Storage;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>A folder that an edit touches, with what changed in its totals.</summary>
internal sealed class FolderNode(long id, FolderNode? parent, string path)
{
    internal long Id { get; } = id;
    internal FolderNode? Parent { get; } = parent;

    /// <summary>Empty for the top folder.</summary>
    internal string Path { get; } = path;

    internal int PathBytes { get; } = Encoding.UTF8.GetByteCount(path);

    internal long Files { get; set; }
    internal long Bytes { get; set; }
}

/// <summary>One friend's folders while its entries are edited: made when needed, gone when empty.
/// </summary>
internal sealed class FolderEdit : IDisposable
{
    private readonly FriendRow _friend;
    private readonly Dictionary<string, FolderNode?> _known = [];
    private readonly Dictionary<long, string> _paths = [];
    private readonly List<FolderNode> _nodes = [];
    private readonly Statement _find;
    private readonly Statement _children;
    private readonly Statement _byId;
    private readonly Statement _insert;
    private readonly Statement _count;
    private readonly Statement _files;
    private readonly Statement _delete;
    private readonly Statement _words;
    private readonly Statement _unword;
    private long _lastId;

    internal FolderEdit(SqliteConnection writer, FriendRow friend)
    {
        _friend = friend;
        Top = new FolderNode(friend.Folder, null, "");
        _nodes.Add(Top);
        _find = new(writer, "SELECT id FROM folder WHERE parent=? AND name=?");
        _children = new(writer, "SELECT name FROM folder WHERE parent=?");
        _byId = new(writer, "SELECT parent, name FROM folder WHERE id=?");
        _insert = new(
            writer,
            """
            INSERT INTO folder(parent, name, friend, tag, id, files, bytes)
            VALUES(?, ?, ?, ?, ?, 0, 0)
            """
        );
        _count = new(writer, "UPDATE folder SET files=files+?, bytes=bytes+? WHERE id=?");
        _files = new(writer, "SELECT files FROM folder WHERE id=?");
        _delete = new(writer, "DELETE FROM folder WHERE id=?");
        _words = new(writer, "INSERT INTO folder_words(rowid, name, above) VALUES(?, ?, ?)");
        _unword = new(writer, "DELETE FROM folder_words WHERE rowid=?");
        _lastId = CatalogEdit.LastId(writer, "folder");
    }

    internal FolderNode Top { get; }

    /// <summary>The folder at this path, made if it is not there.</summary>
    internal FolderNode Get(string path)
    {
        if (Find(path) is { } known)
            return known;
        var slash = path.LastIndexOf('/');
        var parent = slash < 0 ? Top : Get(path[..slash]);
        _insert.Bind(0, parent.Id).Bind(1, path[(slash + 1)..]).Bind(2, _friend.No);
        _lastId = CatalogEdit.NextId(_lastId);
        _insert.Bind(3, ShortId.Of(_friend.Key, path).Tag).Bind(4, _lastId).Run();
        var node = Add(new FolderNode(_lastId, parent, path));
        _words.Bind(0, node.Id).Bind(1, path[(slash + 1)..]).Bind(2, parent.Path).Run();
        _friend.Folders++;
        _friend.FolderBytes += node.PathBytes;
        return node;
    }

    internal FolderNode? Find(string path)
    {
        if (path.Length == 0)
            return Top;
        if (_known.TryGetValue(path, out var known))
            return known;
        var slash = path.LastIndexOf('/');
        if ((slash < 0 ? Top : Find(path[..slash])) is not { } parent)
            return null;
        var found = _find.Bind(0, parent.Id).Bind(1, path[(slash + 1)..]).Step();
        var node = found ? Add(new FolderNode(_find.Long(0), parent, path)) : null;
        _find.Reset();
        return node;
    }

    internal List<FolderNode> Children(FolderNode folder)
    {
        var names = new List<string>();
        _children.Bind(0, folder.Id);
        while (_children.Step())
            names.Add(_children.Text(0));
        return
        [
            .. names
                .Select(name => Find(folder.Path.Length == 0 ? name : $"{folder.Path}/{name}"))
                .OfType<FolderNode>(),
        ];
    }

    /// <summary>The path of a folder that is there.</summary>
    internal string PathOf(long id)
    {
        if (id == Top.Id)
            return "";
        if (_paths.TryGetValue(id, out var known))
            return known;
        _byId.Bind(0, id).Step();
        var (parent, name) = (_byId.Long(0), _byId.Text(1));
        _byId.Reset();
        var above = PathOf(parent);
        return _paths[id] = above.Length == 0 ? name : $"{above}/{name}";
    }

    /// <summary>Writes the totals; what is empty goes. The edit is over.</summary>
    internal void Finish()
    {
        // A parent stands before its children, so from the end they come first.
        for (var i = _nodes.Count - 1; i >= 0; i--)
        {
            var node = _nodes[i];
            if (node.Parent is { } parent)
            {
                parent.Files += node.Files;
                parent.Bytes += node.Bytes;
            }

            _count.Bind(0, node.Files).Bind(1, node.Bytes).Bind(2, node.Id).Run();
            var isEmpty = _files.Bind(0, node.Id).Step() && _files.Long(0) == 0;
            _files.Reset();
            if (!isEmpty || node.Parent is null)
                continue;
            _delete.Bind(0, node.Id).Run();
            _unword.Bind(0, node.Id).Run();
            _friend.Folders--;
            _friend.FolderBytes -= node.PathBytes;
        }
    }

    public void Dispose()
    {
        _find.Dispose();
        _children.Dispose();
        _byId.Dispose();
        _insert.Dispose();
        _count.Dispose();
        _files.Dispose();
        _delete.Dispose();
        _words.Dispose();
        _unword.Dispose();
    }

    private FolderNode Add(FolderNode node)
    {
        _nodes.Add(node);
        _paths[node.Id] = node.Path;
        return _known[node.Path] = node;
    }
}
