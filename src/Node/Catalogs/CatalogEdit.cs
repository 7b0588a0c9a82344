using FriendNet.Crypto.Merkle;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>What is known of a friend's catalog here.</summary>
internal sealed class FriendRow
{
    internal required long No { get; init; }
    internal required SourceId Key { get; init; }
    internal required CatalogTree Tree { get; set; }
    internal required Hash256 Root { get; init; }
    internal required long Folder { get; init; }

    /// <summary>As of the last whole state.</summary>
    internal required CatalogHead Head { get; init; }

    /// <summary>Being written, or left so: counts as nothing.</summary>
    internal bool IsPartial { get; init; }

    internal long Bytes { get; set; }

    /// <summary>Sum of the entries' encodings.</summary>
    internal long Encoded { get; set; }

    internal long Folders { get; set; }

    /// <summary>Sum of their paths' bytes.</summary>
    internal long FolderBytes { get; set; }

    /// <summary>A delta did not fit: ask for everything next time.</summary>
    internal bool Whole { get; set; }

    internal bool IsOverLimit =>
        Encoded > Limits.CatalogBytesMax
        || Folders > Limits.CatalogFoldersMax
        || FolderBytes > Limits.CatalogFolderBytesMax;
}

/// <summary>
/// Edits one friend's entries within the writer's open transaction: files, words, totals of
/// folders, tree. Memory: the folders that it touches.
/// </summary>
internal sealed class CatalogEdit : IDisposable
{
    // 2^64 over the golden ratio; gaps are 1 to 64.
    private const ulong IdMix = 0x9E37_79B9_7F4A_7C15;
    private const int IdShift = 58;

    private readonly FriendRow _friend;
    private readonly FolderEdit _folders;
    private readonly Statement _find;
    private readonly Statement _insert;
    private readonly Statement _update;
    private readonly Statement _delete;
    private readonly Statement _page;
    private readonly Statement _leaf;
    private readonly Statement _words;
    private readonly Statement _unword;
    private long _lastId;

    internal CatalogEdit(SqliteConnection writer, FriendRow friend)
    {
        _friend = friend;
        _folders = new FolderEdit(writer, friend);
        _find = new(
            writer,
            "SELECT id, length, modified, root FROM file WHERE folder=? AND name=?"
        );
        _insert = new(
            writer,
            """
            INSERT INTO file(folder, name, leaf, tag, root, length, modified, id)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?)
            """
        );
        _update = new(writer, "UPDATE file SET tag=?, root=?, length=?, modified=? WHERE id=?");
        _delete = new(writer, "DELETE FROM file WHERE id=?");
        _page = new(
            writer,
            "SELECT id, name, length, modified FROM file WHERE folder=? ORDER BY name LIMIT 256"
        );
        _leaf = new(writer, "SELECT folder, name, root, length, modified FROM file WHERE leaf=?");
        _words = new(writer, "INSERT INTO file_words(rowid, text) VALUES(?, ?)");
        _unword = new(writer, "DELETE FROM file_words WHERE rowid=?");
        _lastId = LastId(writer, "file");
    }

    /// <summary>
    /// Ids are counted here: RETURNING opens a savepoint a row, at which the words gathered so
    /// far are written out, 30 times slower.
    /// </summary>
    internal static long LastId(SqliteConnection writer, string table)
    {
        using var last = new Statement(writer, $"SELECT max(id) FROM {table}");
        return last.Step() ? last.Long(0) : 0;
    }

    /// <summary>
    /// Ids leave gaps: the index keeps deleted ones in hash tables by their low bits and probes
    /// in order, so thousands in a row would be walked through for every row that is found.
    /// </summary>
    internal static long NextId(long last) =>
        last + 1 + (long)(unchecked((ulong)last * IdMix) >> IdShift);

    /// <param name="times">Half way through, what goes may still stand beside what comes.</param>
    internal bool IsOverLimit(int times) =>
        _friend.Encoded > Limits.CatalogBytesMax * times
        || _friend.Folders > (long)Limits.CatalogFoldersMax * times
        || _friend.FolderBytes > Limits.CatalogFolderBytesMax * times;

    internal void Do(DeltaStep step)
    {
        var path = step.Path.ToString();
        if (step.Kind == DeltaKind.RemoveTree)
        {
            if (_folders.Find(path) is { } folder)
                RemoveUnder(folder);
            return;
        }

        var slash = path.LastIndexOf('/');
        var name = path[(slash + 1)..];
        if (step.Kind == DeltaKind.Upsert)
            Upsert(_folders.Get(path[..slash]), name, path, step.Entry);
        else if (slash > 0 && _folders.Find(path[..slash]) is { } folder)
            RemoveNamed(folder, name);
    }

    internal void RemoveAll() => RemoveUnder(_folders.Top);

    /// <summary>Totals and tree follow the edits. Gives the head that it comes to.</summary>
    internal CatalogHead Finish()
    {
        _folders.Finish();
        _friend.Tree.Update(ItemsUnder);
        return new(_friend.Tree.Root, _friend.Tree.Entries, _friend.Bytes);
    }

    /// <summary>The same without the tree, which is known already.</summary>
    internal void FinishFolders() => _folders.Finish();

    public void Dispose()
    {
        _folders.Dispose();
        _find.Dispose();
        _insert.Dispose();
        _update.Dispose();
        _delete.Dispose();
        _page.Dispose();
        _leaf.Dispose();
        _words.Dispose();
        _unword.Dispose();
    }

    private void Upsert(FolderNode folder, string name, string path, CatalogEntry entry)
    {
        var (content, key) = (entry.Content, CatalogEntry.KeyOf(entry.Path.Utf8));
        var tag = ShortId.Of(content).Tag;
        var old = Find(folder, name);
        if (old is { } was)
        {
            var isSame = was.Length == content.Length && was.Modified == entry.Modified;
            if (isSame && was.Root == content.Root)
                return;
            Count(folder, name, was, -1);
            _update.Bind(0, tag).Bind(1, content.Root).Bind(2, content.Length);
            _update.Bind(3, entry.Modified).Bind(4, was.Id).Run();
        }
        else
        {
            _insert.Bind(0, folder.Id).Bind(1, name).Bind(2, (_friend.No * 256) + First(key));
            _insert.Bind(3, tag).Bind(4, content.Root).Bind(5, content.Length);
            _lastId = NextId(_lastId);
            _insert.Bind(6, entry.Modified).Bind(7, _lastId).Run();
            _words.Bind(0, _lastId).Bind(1, path).Run();
        }

        Count(folder, name, new(0, content.Length, entry.Modified, content.Root), 1);
        _friend.Tree.Touch(key);
    }

    private void RemoveNamed(FolderNode folder, string name)
    {
        if (Find(folder, name) is { } file)
            Remove(folder, name, file);
    }

    private void Remove(FolderNode folder, string name, FileRow file)
    {
        Count(folder, name, file, -1);
        _friend.Tree.Touch(KeyOf(folder.Path, name));
        _delete.Bind(0, file.Id).Run();
        _unword.Bind(0, file.Id).Run();
    }

    // Depth is bounded by the depth of paths.
    private void RemoveUnder(FolderNode folder)
    {
        var files = new List<(string Name, FileRow Row)>();
        do
        {
            files.Clear();
            _page.Bind(0, folder.Id);
            while (_page.Step())
                files.Add(
                    (_page.Text(1), new(_page.Long(0), _page.Long(2), _page.Long(3), default))
                );
            foreach (var (name, row) in files)
                Remove(folder, name, row);
        } while (files.Count > 0);

        foreach (var child in _folders.Children(folder))
            RemoveUnder(child);
    }

    private FileRow? Find(FolderNode folder, string name)
    {
        FileRow? found = null;
        if (_find.Bind(0, folder.Id).Bind(1, name).Step())
            found = new(_find.Long(0), _find.Long(1), _find.Long(2), _find.Hash(3));
        _find.Reset();
        return found;
    }

    private void Count(FolderNode folder, string name, FileRow file, int sign)
    {
        folder.Files += sign;
        folder.Bytes += sign * file.Length;
        _friend.Bytes += sign * file.Length;
        var path = System.Text.Encoding.UTF8.GetByteCount(name) + folder.PathBytes + 1;
        _friend.Encoded += sign * CatalogEntry.EncodedBytes(path, file.Length, file.Modified);
    }

    private IEnumerable<TreeItem> ItemsUnder(KeyPrefix prefix)
    {
        var items = new List<TreeItem>();
        for (var first = prefix.First; first <= prefix.Last; first++)
        {
            items.Clear();
            _leaf.Bind(0, (_friend.No * 256) + first);
            while (_leaf.Step())
            {
                var path = $"{_folders.PathOf(_leaf.Long(0))}/{_leaf.Text(1)}";
                var content = new ContentId(_leaf.Hash(2), _leaf.Long(3));
                if (CatalogPath.TryParse(path, out var parsed))
                    items.Add(new CatalogEntry(parsed, content, _leaf.Long(4)).Item());
            }

            items.Sort((left, right) => left.Key.CompareTo(right.Key));
            foreach (var item in items)
                yield return item;
        }
    }

    private static Hash256 KeyOf(string folder, string name) =>
        CatalogEntry.KeyOf(System.Text.Encoding.UTF8.GetBytes($"{folder}/{name}"));

    private static int First(Hash256 key)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        key.CopyTo(bytes);
        return bytes[0];
    }

    private readonly record struct FileRow(long Id, long Length, long Modified, Hash256 Root);
}
