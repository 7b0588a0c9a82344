using FriendNet.Node.Storage;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Wire;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>What the rows of a catalog hold. On the writer, so that it reads what it wrote.
/// </summary>
/// <param name="row">Null: there is none. What is held in part counts as nothing.</param>
internal sealed class HeldRows(SqliteConnection connection, FriendRow? row, CircleTable circles)
    : IHeldItems,
        IDisposable
{
    private readonly CatalogReader _reader = new(connection, circles);

    public CatalogHead Head => row is { IsPartial: false } ? row.Head : default;

    public CatalogTree Tree()
    {
        var saved = new byte[CatalogTree.SavedBytes];
        row?.Tree.Save(saved);
        return CatalogTree.Load(saved)!;
    }

    public IEnumerable<HeldItem> Leaf(int leaf) =>
        Entries(leaf).Select(entry => new HeldItem(entry.Item(), entry.Content.Length));

    /// <summary>The same, as entries; also of what is held in part.</summary>
    public IEnumerable<CatalogEntry> Entries(int leaf) =>
        row is null ? [] : _reader.Leaf(row.No, leaf);

    public IEnumerable<CatalogPath> Under(CatalogPath folder)
    {
        if (Find(folder) is not { } top)
            yield break;
        using var list = new Statement(
            connection,
            """
            WITH RECURSIVE below(id) AS (
              SELECT ? UNION ALL
              SELECT folder.id FROM folder JOIN below ON folder.parent=below.id)
            SELECT file.folder, file.name FROM below JOIN file ON file.folder=below.id
            """
        );
        list.Bind(0, top);
        while (list.Step())
        {
            var path = $"{_reader.PathOf(list.Long(0))}/{list.Text(1)}";
            if (CatalogPath.TryParse(path, out var parsed))
                yield return parsed;
        }
    }

    public void Dispose() => _reader.Dispose();

    private long? Find(CatalogPath folder)
    {
        if (row is null)
            return null;
        using var child = new Statement(
            connection,
            "SELECT id FROM folder WHERE parent=? AND name=?"
        );
        var at = row.Folder;
        foreach (var name in folder.ToString().Split('/'))
        {
            if (!child.Bind(0, at).Bind(1, name).Step())
                return null;
            at = child.Long(0);
            child.Reset();
        }

        return at;
    }
}
