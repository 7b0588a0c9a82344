using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Catalogs;

/// <summary>An entry that is held, as the tree sees it, and its file's length.</summary>
public readonly record struct HeldItem(TreeItem Item, long Length);

/// <summary>What a catalog holds, as far as checks need it: in SQLite, or in memory.</summary>
public interface IHeldItems
{
    CatalogHead Head { get; }

    /// <summary>A tree of it, the caller's to change.</summary>
    CatalogTree Tree();

    /// <summary>The entries whose keys begin with this byte, in any order.</summary>
    IEnumerable<HeldItem> Leaf(int leaf);

    /// <summary>All entries below a folder, at any depth.</summary>
    IEnumerable<CatalogPath> Under(CatalogPath folder);
}
