using System.Security.Cryptography;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Catalogs;

/// <summary>One file of a view.</summary>
/// <param name="Path">Share name, folders, file name: two names at least.</param>
/// <param name="Content">An empty file has the all-zero root, and only an empty file.</param>
/// <param name="Modified">Seconds since the Unix epoch, 0..2^40-1; earlier times are 0.</param>
public readonly record struct CatalogEntry(CatalogPath Path, ContentId Content, long Modified)
{
    public const long ModifiedMax = (1L << 40) - 1;

    /// <summary>Numbers and root of an entry, beside its path.</summary>
    internal const int FixedBytesMax = (4 * Varint.BytesMax) + Hash256.Size;

    /// <summary>The longest encoding of an entry, or of one step of a delta.</summary>
    public const int EncodedBytesMax = Limits.PathBytesMax + FixedBytesMax;

    /// <summary>
    /// Whether the fields are in range and the path names a file within a share.
    /// </summary>
    public bool IsValid =>
        Path.Utf8.Contains((byte)'/')
        && Content.Length is >= 0 and <= Limits.FileBytesMax
        && Content.Root.IsZero == (Content.Length == 0)
        && Modified is >= 0 and <= ModifiedMax;

    /// <summary>Place in the tree and what stands there.</summary>
    public TreeItem Item()
    {
        Span<byte> hash = stackalloc byte[Hash256.Size];
        Span<byte> encoded = stackalloc byte[EncodedBytesMax];
        SHA256.HashData(encoded[..Encode(encoded)], hash);
        return new TreeItem(KeyOf(Path.Utf8), new Hash256(hash));
    }

    /// <summary>An entry's place in the tree: SHA-256 of its path.</summary>
    public static Hash256 KeyOf(ReadOnlySpan<byte> path)
    {
        Span<byte> hash = stackalloc byte[Hash256.Size];
        SHA256.HashData(path, hash);
        return new Hash256(hash);
    }

    /// <summary>
    /// The one encoding that is hashed: varint path length, path, varint length, varint modified,
    /// root (left out for an empty file). Returns the bytes written.
    /// </summary>
    public int Encode(Span<byte> destination)
    {
        var at = Varint.Write(destination, Path.Utf8.Length);
        Path.Utf8.CopyTo(destination[at..]);
        at += Path.Utf8.Length;
        return at + WriteContent(destination[at..]);
    }

    /// <summary>Bytes of <see cref="Encode"/>: what an entry counts against a friend's limit.
    /// </summary>
    public static int EncodedBytes(int pathBytes, long length, long modified) =>
        Varint.Bytes(pathBytes)
        + pathBytes
        + Varint.Bytes(length)
        + Varint.Bytes(modified)
        + (length == 0 ? 0 : Hash256.Size);

    internal int WriteContent(Span<byte> destination)
    {
        var at = Varint.Write(destination, Content.Length);
        at += Varint.Write(destination[at..], Modified);
        if (Content.Length == 0)
            return at;
        Content.Root.CopyTo(destination[at..]);
        return at + Hash256.Size;
    }

    /// <summary>Reads what <see cref="WriteContent"/> wrote, at <paramref name="at"/>.</summary>
    internal static ParseStatus TryReadContent(
        ReadOnlySpan<byte> source,
        ref int at,
        out ContentId content,
        out long modified
    )
    {
        (content, modified) = (default, 0);
        var status = Varint.TryRead(source, ref at, out var length);
        if (status == ParseStatus.Ok)
            status = Varint.TryRead(source, ref at, out modified);
        if (status != ParseStatus.Ok)
            return status;
        if (length > Limits.FileBytesMax || modified > ModifiedMax)
            return ParseStatus.Malformed;
        if (length == 0)
            return ParseStatus.Ok;
        if (source.Length - at < Hash256.Size)
            return ParseStatus.Incomplete;
        content = new ContentId(new Hash256(source.Slice(at, Hash256.Size)), length);
        at += Hash256.Size;
        return content.Root.IsZero ? ParseStatus.Malformed : ParseStatus.Ok;
    }
}
