using System.Text;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Node.Downloads;

/// <summary>
/// The relative paths of one folder as a peer gave them, made safe name by name and unique: no
/// two files share a place, and no file stands where a folder must.
/// </summary>
public sealed class SafePaths
{
    private const int TriesMax = 10_000;
    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal)
    {
        [""] = "",
    };

    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>The place of the next file; null: refused, with nothing changed.</summary>
    public string? Add(string given)
    {
        if (
            Encoding.UTF8.GetByteCount(given) > Limits.PathBytesMax
            || given.AsSpan().Count('/') >= Limits.PathDepthMax
        )
            return null;
        foreach (var range in given.AsSpan().Split('/'))
        {
            if (!SafeName.TryMake(given.AsSpan()[range], out _))
                return null;
        }

        var slash = given.LastIndexOf('/');
        var parent = slash < 0 ? "" : FolderOf(given[..slash]);
        return Take(parent, given[(slash + 1)..], isFolder: false);
    }

    private string FolderOf(string given)
    {
        if (_folders.TryGetValue(given, out var known))
            return known;
        var slash = given.LastIndexOf('/');
        var parent = slash < 0 ? "" : FolderOf(given[..slash]);
        return _folders[given] = Take(parent, given[(slash + 1)..], isFolder: true);
    }

    private string Take(string parent, string given, bool isFolder)
    {
        // Checked by Add.
        _ = SafeName.TryMake(given, out var name);
        var prefix = parent.Length == 0 ? "" : parent + "/";
        for (var number = 1; number < TriesMax; number++)
        {
            var path = prefix + (number == 1 ? name : SafeName.Numbered(name, number, isFolder));
            if (_used.Add(path))
                return path;
        }

        throw new DownloadRefusedException($"Too many files would be named {name}.");
    }
}
