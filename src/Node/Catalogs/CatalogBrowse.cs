using FriendNet.Crypto.Merkle;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Catalogs;

/// <summary>Looks into friends' catalogs: folder by folder, by id, by content.</summary>
public sealed class CatalogBrowse(CatalogStore store)
{
    private const int NamesMax = 16;

    /// <summary>Who offers this content, nearest first.</summary>
    public IReadOnlyList<SourceId> SourcesOf(ContentId content) =>
        Read(reader => reader.Sources(content).Select(source => source.Owner).Distinct().ToArray());

    /// <summary>The folder at this path of an owner, "" for the top; or null.</summary>
    public ListedFolder? Folder(SourceId owner, string path) =>
        Read(reader => Find(reader, owner, path) is { } id ? Folder(reader, id) : null);

    /// <summary>Folders within a folder by name, after a name.</summary>
    public IReadOnlyList<ListedFolder> Folders(
        SourceId owner,
        string path,
        string after = "",
        int limit = 1000
    ) =>
        Read(reader =>
        {
            var folders = new List<ListedFolder>();
            if (Find(reader, owner, path) is not { } folder)
                return folders;
            using var list = new Statement(
                reader.Connection,
                """
                SELECT id, parent, name, files, bytes FROM folder
                WHERE parent=? AND name>? ORDER BY name LIMIT ?
                """
            );
            list.Bind(0, folder).Bind(1, after).Bind(2, limit);
            while (list.Step())
                folders.Add(reader.ListedFolder(list));
            return folders;
        });

    /// <summary>Files in a folder by name, after a name.</summary>
    public IReadOnlyList<ListedFile> Files(
        SourceId owner,
        string path,
        string after = "",
        int limit = 1000
    ) =>
        Read(reader =>
            Find(reader, owner, path) is { } folder ? Files(reader, folder, after, limit) : []
        );

    /// <summary>
    /// All files in a folder and below it, paths relative to it; all of one moment, whatever is
    /// applied meanwhile. End the enumeration soon, it holds a connection.
    /// </summary>
    public IEnumerable<FileUnder> FilesUnder(SourceId owner, string path)
    {
        using var moment = store.Moment();
        using var reader = new CatalogReader(moment.Connection, store.Circles);
        var folders = new Stack<(long Id, string Path)>();
        if (Find(reader, owner, path) is { } top)
            folders.Push((top, ""));
        using var files = new Statement(
            moment.Connection,
            "SELECT name, root, length, modified FROM file WHERE folder=? ORDER BY name"
        );
        using var children = new Statement(
            moment.Connection,
            "SELECT id, name FROM folder WHERE parent=? ORDER BY name"
        );
        while (folders.TryPop(out var folder))
        {
            files.Bind(0, folder.Id);
            while (files.Step())
            {
                var content = new ContentId(files.Hash(1), files.Long(2));
                yield return new(folder.Path + files.Text(0), content, files.Long(3));
            }

            children.Bind(0, folder.Id);
            while (children.Step())
                folders.Push((children.Long(0), $"{folder.Path}{children.Text(1)}/"));
        }
    }

    /// <summary>What "root-length" or a 16 character id stands for; null: nothing known.</summary>
    public Resolved? Resolve(string id) =>
        TryParseContent(id, out var content) ? Resolve(content)
        : ShortId.TryParse(id, out var shortId) ? Read(reader => Resolve(reader, shortId))
        : null;

    /// <summary>A content is found even if nobody offers it now: sources may come.</summary>
    public Resolved Resolve(ContentId content) => Read(reader => Resolve(reader, content));

    /// <summary>Reads what <see cref="ContentId.ToString"/> writes.</summary>
    public static bool TryParseContent(string text, out ContentId content)
    {
        content = default;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || !Hash256.TryParse(text.AsSpan(0, dash), out var root))
            return false;
        if (!long.TryParse(text.AsSpan(dash + 1), out var length) || length < 0)
            return false;
        content = new ContentId(root, length);
        return root.IsZero == (length == 0);
    }

    private T Read<T>(Func<CatalogReader, T> read) =>
        store.Read(connection =>
        {
            using var reader = new CatalogReader(connection, store.Circles);
            return read(reader);
        });

    private long? Find(CatalogReader reader, SourceId owner, string path)
    {
        var byPseudonym = owner.Pseudonym is { } who ? store.Circles.Find(who)?.Catalog ?? 0 : 0;
        using var top = new Statement(
            reader.Connection,
            "SELECT folder FROM friend WHERE id=? OR no=?"
        );
        if (!top.Bind(0, owner.Friend?.ToString() ?? "").Bind(1, byPseudonym).Step())
            return null;
        var folder = top.Long(0);
        using var child = new Statement(
            reader.Connection,
            "SELECT id FROM folder WHERE parent=? AND name=?"
        );
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!child.Bind(0, folder).Bind(1, name).Step())
                return null;
            folder = child.Long(0);
            child.Reset();
        }

        return folder;
    }

    private static ListedFolder? Folder(CatalogReader reader, long id)
    {
        using var find = new Statement(
            reader.Connection,
            "SELECT id, parent, name, files, bytes FROM folder WHERE id=?"
        );
        return find.Bind(0, id).Step() ? reader.ListedFolder(find) : null;
    }

    private static List<ListedFile> Files(
        CatalogReader reader,
        long folder,
        string after,
        int limit
    )
    {
        var files = new List<ListedFile>();
        using var list = new Statement(
            reader.Connection,
            """
            SELECT folder, name, root, length, modified FROM file
            WHERE folder=? AND name>? ORDER BY name LIMIT ?
            """
        );
        list.Bind(0, folder).Bind(1, after).Bind(2, limit);
        while (list.Step())
            files.Add(reader.ListedFile(list));
        return files;
    }

    // Tags are 8 of an id's 10 bytes, so that what they find is compared as a whole.
    private static Resolved? Resolve(CatalogReader reader, ShortId id)
    {
        using var files = new Statement(
            reader.Connection,
            "SELECT DISTINCT root, length FROM file WHERE tag=?"
        );
        files.Bind(0, id.Tag);
        while (files.Step())
        {
            var content = new ContentId(files.Hash(0), files.Long(1));
            if (ShortId.Of(content) == id)
                return Resolve(reader, content);
        }

        using var folders = new Statement(
            reader.Connection,
            "SELECT id, parent, name, files, bytes FROM folder WHERE tag=?"
        );
        folders.Bind(0, id.Tag);
        while (folders.Step())
        {
            var folder = reader.ListedFolder(folders);
            if (string.Equals(folder.Id, id.ToString(), StringComparison.Ordinal))
                return new Resolved(null, [folder.Name], reader.WaysTo(folders.Long(0)), folder);
        }

        return null;
    }

    private static Resolved Resolve(CatalogReader reader, ContentId content)
    {
        var names = new List<string>();
        using var list = new Statement(
            reader.Connection,
            """
            SELECT name FROM file WHERE tag=? AND root=? AND length=?
            GROUP BY name ORDER BY count(*) DESC, name LIMIT ?
            """
        );
        list.Bind(0, ShortId.Of(content).Tag).Bind(1, content.Root).Bind(2, content.Length);
        list.Bind(3, NamesMax);
        while (list.Step())
            names.Add(list.Text(0));
        return new Resolved(content, names, reader.Sources(content), null);
    }
}
