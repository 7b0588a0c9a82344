using System.Globalization;
using FriendNet.Node.Shares;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Catalogs;

/// <summary>A share that a friend may see.</summary>
public readonly record struct VisibleShare(int Id, string Name);

/// <summary>The shares of one view; friends who see the same shares have the same view.</summary>
internal sealed class ViewShares
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly SortedDictionary<int, string> _names = [];

    internal ViewShares(IEnumerable<VisibleShare> shares)
    {
        foreach (var share in shares)
            _names[share.Id] = share.Name;
        // No name has a slash.
        Key = string.Join('/', _names.Select(s => $"{s.Key}/{s.Value}"));
    }

    internal string Key { get; }

    internal IReadOnlyCollection<int> Ids => _names.Keys;

    /// <summary>The oldest first.</summary>
    internal IEnumerable<VisibleShare> ById => _names.Select(s => new VisibleShare(s.Key, s.Value));

    internal IEnumerable<VisibleShare> ByName => ById.OrderBy(s => s.Name, StringComparer.Ordinal);

    /// <summary>Reads a <see cref="Key"/> of ours.</summary>
    internal static ViewShares Parse(string key)
    {
        var parts = key.Length == 0 ? [] : key.Split('/');
        return new ViewShares(
            parts
                .Chunk(2)
                .Select(p => new VisibleShare(int.Parse(p[0], CultureInfo.InvariantCulture), p[1]))
        );
    }

    internal bool Has(VisibleShare share) =>
        _names.TryGetValue(share.Id, out var name)
        && string.Equals(name, share.Name, StringComparison.Ordinal);

    /// <summary>The path of a row in this view; null if there is no such place.</summary>
    internal CatalogPath? PathOf(in IndexedFile file)
    {
        if (!_names.TryGetValue(file.Share, out var name))
            return null;
        return CatalogPath.TryParse($"{name}/{file.Path}", out var path) ? path : null;
    }

    /// <summary>
    /// What a row shows as; null if it cannot be shown: its path is too long, or the index has
    /// not followed the renaming of a share yet.
    /// </summary>
    internal CatalogEntry? EntryOf(in IndexedFile file)
    {
        if (file.Deleted || PathOf(file) is not { } path)
            return null;
        var seconds = Math.Clamp(
            file.ModifiedNs / NanosecondsPerSecond,
            0,
            CatalogEntry.ModifiedMax
        );
        var entry = new CatalogEntry(path, new ContentId(file.Root, file.Size), seconds);
        return entry.IsValid && CatalogEntry.KeyOf(path.Utf8) == file.Key ? entry : null;
    }
}
