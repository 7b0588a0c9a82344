using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Protocol.Catalogs;

/// <summary>What a step of a delta does.</summary>
public enum DeltaKind
{
    /// <summary>The entry is there now, new or changed.</summary>
    Upsert = 0,

    /// <summary>The entry at this path is gone.</summary>
    Remove = 1,

    /// <summary>Everything under this path is gone (a share that is no longer shown).</summary>
    RemoveTree = 2,
}

/// <summary>One step of a delta. Content and Modified count for Upsert only.</summary>
public readonly record struct DeltaStep(
    DeltaKind Kind,
    CatalogPath Path,
    ContentId Content,
    long Modified
)
{
    public CatalogEntry Entry => new(Path, Content, Modified);

    public static DeltaStep Upsert(CatalogEntry entry) =>
        new(DeltaKind.Upsert, entry.Path, entry.Content, entry.Modified);

    public static DeltaStep Remove(CatalogPath path) => new(DeltaKind.Remove, path, default, 0);

    public static DeltaStep RemoveTree(CatalogPath path) =>
        new(DeltaKind.RemoveTree, path, default, 0);
}

/// <summary>How the header of a delta says from where to where it leads.</summary>
public enum DeltaForm
{
    /// <summary>1 on the wire: both roots, entries and bytes: friends' views.</summary>
    Roots,

    /// <summary>2 on the wire: both roots' tags: all else stands in the signed head.</summary>
    Tags,
}

/// <summary>What a delta leads from (the zero root: from nothing) and to.</summary>
public readonly record struct DeltaHeader(Crypto.Merkle.Hash256 From, CatalogHead To)
{
    internal static byte Version(DeltaForm form) => (byte)((int)form + 1);

    public DeltaTags Tags => new(From.Tag, To.Root.Tag);
}

/// <summary>First 8 bytes of the roots, little endian; from 0: from nothing.</summary>
public readonly record struct DeltaTags(ulong From, ulong To);
