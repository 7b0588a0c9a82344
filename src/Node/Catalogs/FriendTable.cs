using FriendNet.Crypto.Merkle;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>What the store holds of one friend.</summary>
/// <param name="AppliedSeconds">When it came to this head; Unix time.</param>
/// <param name="SeenSeconds">When the friend was last heard of; Unix time.</param>
public readonly record struct HeldCatalog(
    FriendId Friend,
    CatalogHead Head,
    long AppliedSeconds,
    long SeenSeconds
);

/// <summary>The rows of the friend table: of friends, and of circle catalogs.</summary>
internal static class FriendTable
{
    private const string CirclePrefix = "circle:";

    internal static List<HeldCatalog> List(SqliteConnection connection)
    {
        var held = new List<HeldCatalog>();
        using var list = new Statement(
            connection,
            """
            SELECT id, root, entries, bytes, applied, seen FROM friend
            WHERE circle=0 AND partial=0 ORDER BY no
            """
        );
        while (list.Step())
        {
            if (!FriendId.TryParse(list.Text(0), out var id))
                continue;
            var head = new CatalogHead(list.Hash(1), list.Long(2), list.Long(3));
            held.Add(new HeldCatalog(id, head, list.Long(4), list.Long(5)));
        }

        return held;
    }

    /// <summary>Of whom there is anything, in part or whole.</summary>
    internal static List<FriendId> Friends(SqliteConnection connection)
    {
        var friends = new List<FriendId>();
        using var list = new Statement(connection, "SELECT id FROM friend WHERE circle=0");
        while (list.Step())
        {
            if (FriendId.TryParse(list.Text(0), out var id))
                friends.Add(id);
        }

        return friends;
    }

    /// <summary>Circle catalogs that are nobody's: half come, or half gone.</summary>
    internal static List<long> Ownerless(SqliteConnection connection)
    {
        var catalogs = new List<long>();
        using var list = new Statement(
            connection,
            "SELECT no FROM friend WHERE circle=1 AND no NOT IN (SELECT catalog FROM pseudonym)"
        );
        while (list.Step())
            catalogs.Add(list.Long(0));
        return catalogs;
    }

    internal static FriendRow? Find(SqliteConnection connection, FriendId friend)
    {
        using var no = new Statement(connection, "SELECT no FROM friend WHERE id=?");
        return no.Bind(0, friend.ToString()).Step() ? Find(connection, no.Long(0)) : null;
    }

    internal static FriendRow? Find(SqliteConnection connection, long no)
    {
        using var find = new Statement(
            connection,
            """
            SELECT no, folder, bytes, encoded, folders, whole, tree, root, folder_bytes, id,
              entries, partial
            FROM friend WHERE no=?
            """
        );
        if (!find.Bind(0, no).Step() || ParseKey(find.Text(9)) is not { } key)
            return null;
        var tree = CatalogTree.Load(find.Blob(6));
        // A tree that cannot be read is hashed anew from the entries.
        if (tree is null)
            (tree = new CatalogTree()).TouchAll();
        return new FriendRow
        {
            No = find.Long(0),
            Key = key,
            Folder = find.Long(1),
            Bytes = find.Long(2),
            Encoded = find.Long(3),
            Folders = find.Long(4),
            Whole = find.Long(5) != 0,
            Tree = tree,
            Root = find.Hash(7),
            Head = new CatalogHead(find.Hash(7), find.Long(10), find.Long(2)),
            IsPartial = find.Long(11) != 0 || tree.Root != find.Hash(7),
            FolderBytes = find.Long(8),
        };
    }

    /// <summary>What the id of a row says; null: nothing of ours.</summary>
    internal static SourceId? ParseKey(string id) =>
        FriendId.TryParse(id, out var friend) ? SourceId.Of(friend)
        : id.StartsWith(CirclePrefix, StringComparison.Ordinal)
        && Hash256.TryParse(id.AsSpan(CirclePrefix.Length), out var pseudonym)
            ? SourceId.Of(new PseudonymId(pseudonym))
        : null;

    internal static bool IsTaken(SqliteConnection connection, SourceId key)
    {
        using var find = new Statement(connection, "SELECT 1 FROM friend WHERE id=?");
        return find.Bind(0, TextOf(key)).Step();
    }

    internal static FriendRow Create(SqliteConnection writer, SourceId key, long nowSeconds)
    {
        var tree = new byte[CatalogTree.SavedBytes];
        using var insert = new Statement(
            writer,
            """
            INSERT INTO friend(
              id, root, entries, bytes, encoded, folders, folder, applied, seen, whole, tree,
              circle)
            VALUES(?, ?, 0, 0, 0, 0, 0, 0, ?, 0, ?, ?) RETURNING no
            """
        );
        insert.Bind(0, TextOf(key)).Bind(1, default(Hash256));
        insert.Bind(2, nowSeconds).Bind(3, tree).Bind(4, key.IsPseudonym ? 1 : 0).Step();
        var no = insert.Long(0);
        insert.Reset();
        using var top = new Statement(
            writer,
            """
            INSERT INTO folder(parent, name, friend, tag, files, bytes)
            VALUES(?, '', ?, 0, 0, 0) RETURNING id
            """
        );
        top.Bind(0, -no).Bind(1, no).Step();
        var folder = top.Long(0);
        top.Reset();
        using var link = new Statement(writer, "UPDATE friend SET folder=? WHERE no=?");
        link.Bind(0, folder).Bind(1, no).Run();
        return Find(writer, no)!;
    }

    internal static void Save(SqliteConnection writer, FriendRow row, long nowSeconds)
    {
        var tree = new byte[CatalogTree.SavedBytes];
        row.Tree.Save(tree);
        using var update = new Statement(
            writer,
            """
            UPDATE friend SET root=?, entries=?, bytes=?, encoded=?, folders=?, applied=?,
              seen=max(seen, ?), whole=0, partial=0, tree=?, folder_bytes=? WHERE no=?
            """
        );
        update.Bind(0, row.Tree.Root).Bind(1, row.Tree.Entries).Bind(2, row.Bytes);
        update.Bind(3, row.Encoded).Bind(4, row.Folders).Bind(5, nowSeconds);
        update.Bind(6, nowSeconds).Bind(7, tree).Bind(8, row.FolderBytes);
        update.Bind(9, row.No).Run();
    }

    /// <summary>Only what edits count from; the head and its tree come with the end.</summary>
    internal static void SavePart(SqliteConnection writer, FriendRow row)
    {
        using var update = new Statement(
            writer,
            "UPDATE friend SET bytes=?, encoded=?, folders=?, folder_bytes=?, partial=1 WHERE no=?"
        );
        update.Bind(0, row.Bytes).Bind(1, row.Encoded).Bind(2, row.Folders);
        update.Bind(3, row.FolderBytes).Bind(4, row.No).Run();
    }

    internal static void Set(SqliteConnection writer, FriendId friend, string column, long value)
    {
        using var update = new Statement(writer, $"UPDATE friend SET {column}=? WHERE id=?");
        update.Bind(0, value).Bind(1, friend.ToString()).Run();
    }

    internal static void Delete(SqliteConnection writer, FriendRow row)
    {
        PieceTable.Clear(writer, row.No);
        using var folder = new Statement(writer, "DELETE FROM folder WHERE id=?");
        folder.Bind(0, row.Folder).Run();
        using var friend = new Statement(writer, "DELETE FROM friend WHERE no=?");
        friend.Bind(0, row.No).Run();
    }

    private static string TextOf(SourceId key) =>
        key.Pseudonym is { } pseudonym ? CirclePrefix + pseudonym : key.ToString();
}
