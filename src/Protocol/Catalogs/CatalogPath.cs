using System.Buffers;
using System.Text;
using FriendNet.Protocol.Bounds;
using Unicode = System.Text.Unicode.Utf8;

namespace FriendNet.Protocol.Catalogs;

/// <summary>
/// Where an entry stands in its publisher's view: share name, folders, file name, joined by '/'.
/// Valid UTF-8; each name 1..255 bytes, no NUL, not "." or ".."; at most 64 names, 4,096 bytes.
/// Ordered as its bytes are. Names may hold control characters: escape them where they are shown.
/// </summary>
public readonly struct CatalogPath : IEquatable<CatalogPath>, IComparable<CatalogPath>
{
    private readonly byte[]? _utf8;

    private CatalogPath(byte[] utf8) => _utf8 = utf8;

    public ReadOnlySpan<byte> Utf8 => _utf8;

    /// <summary>Whether there is no path here (the default value only).</summary>
    public bool IsEmpty => _utf8 is null;

    /// <summary>False if the text is no valid path; lone surrogates are not.</summary>
    public static bool TryParse(string text, out CatalogPath path)
    {
        path = default;
        // A UTF-16 unit is one byte at least, so longer text cannot fit.
        if (text.Length > Limits.PathBytesMax)
            return false;
        Span<byte> bytes = stackalloc byte[Limits.PathBytesMax];
        var status = Unicode.FromUtf16(
            text,
            bytes,
            out _,
            out var written,
            replaceInvalidSequences: false
        );
        return status == OperationStatus.Done && TryParse(bytes[..written], out path);
    }

    /// <summary>Copies the bytes; false if they are no valid path.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out CatalogPath path)
    {
        path = IsValid(utf8) ? new CatalogPath(utf8.ToArray()) : default;
        return !path.IsEmpty;
    }

    public static bool IsValid(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Limits.PathBytesMax || utf8.Contains((byte)0))
            return false;
        if (!Unicode.IsValid(utf8))
            return false;
        var names = 0;
        foreach (var range in utf8.Split((byte)'/'))
        {
            names++;
            var name = utf8[range];
            var dots = name.SequenceEqual("."u8) || name.SequenceEqual(".."u8);
            if (name.Length is 0 or > Limits.NameBytesMax || dots || names > Limits.PathDepthMax)
                return false;
        }

        return true;
    }

    /// <summary>Whether this lies below that folder, at any depth.</summary>
    public bool IsUnder(CatalogPath folder) =>
        Utf8.Length > folder.Utf8.Length
        && Utf8.StartsWith(folder.Utf8)
        && Utf8[folder.Utf8.Length] == '/';

    public override string ToString() => Encoding.UTF8.GetString(Utf8);

    public bool Equals(CatalogPath other) => Utf8.SequenceEqual(other.Utf8);

    public override bool Equals(object? obj) => obj is CatalogPath other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Utf8);
        return hash.ToHashCode();
    }

    public int CompareTo(CatalogPath other) => Utf8.SequenceCompareTo(other.Utf8);

    public static bool operator ==(CatalogPath left, CatalogPath right) => left.Equals(right);

    public static bool operator !=(CatalogPath left, CatalogPath right) => !left.Equals(right);

    public static bool operator <(CatalogPath left, CatalogPath right) => left.CompareTo(right) < 0;

    public static bool operator >(CatalogPath left, CatalogPath right) => left.CompareTo(right) > 0;

    public static bool operator <=(CatalogPath left, CatalogPath right) =>
        left.CompareTo(right) <= 0;

    public static bool operator >=(CatalogPath left, CatalogPath right) =>
        left.CompareTo(right) >= 0;
}
