using System.Text;
using FriendNet.Node.Api.Contract;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Failures;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Api;

/// <summary>
/// One folder of what a friend sees of ours, from the very views it is sent: its own, and the
/// circle's.
/// </summary>
/// <param name="self">This node: folders have ids of their own friend.</param>
public sealed class ViewAs(Views views, FriendId self, string selfName)
{
    private const int PageEntries = 1000;

    /// <param name="friend">Null: a friend of a friend, who sees the circle's only.</param>
    /// <param name="path">SHARE/FOLDER; empty: the shares.</param>
    /// <exception cref="FailureException">The viewer sees no such folder.</exception>
    public IReadOnlyList<Entry> List(Storage.Friend? friend, string path)
    {
        path = path.Trim('/');
        var prefix = path.Length == 0 ? "" : $"{path}/";
        var entries = new SortedDictionary<string, Entry>(StringComparer.Ordinal);
        IEnumerable<CatalogEntry> all = All(Views.Circle);
        foreach (var entry in friend is null ? all : all.Concat(All(friend.Id)))
        {
            var full = Encoding.UTF8.GetString(entry.Path.Utf8);
            if (full.StartsWith(prefix, StringComparison.Ordinal))
            {
                Put(entries, entry, full, prefix.Length);
            }
        }

        return entries.Count > 0 || path.Length == 0
            ? [.. entries.Values]
            : throw new FailureException(
                FailureKind.NotFound,
                $"{friend?.Name ?? "A friend of a friend"} sees no folder \"{path}\"."
            );
    }

    private IEnumerable<CatalogEntry> All(FriendId viewer)
    {
        var after = "";
        while (views.List(viewer, after, PageEntries) is { Count: > 0 } page)
        {
            foreach (var entry in page)
            {
                yield return entry;
            }

            after = Encoding.UTF8.GetString(page[^1].Path.Utf8);
        }
    }

    private void Put(
        SortedDictionary<string, Entry> entries,
        CatalogEntry entry,
        string full,
        int at
    )
    {
        var slash = full.IndexOf('/', at);
        var length = entry.Content.Length;
        if (slash < 0)
        {
            var id = ShortId.Of(entry.Content).ToString();
            var root = entry.Content.Root.ToString();
            entries[full] = new(full[at..], "file", id, root, length, 1, selfName, selfName);
            return;
        }

        var folder = full[..slash];
        entries[folder] = entries.TryGetValue(folder, out var known)
            ? known with
            {
                Size = known.Size + length,
                Files = known.Files + 1,
            }
            : new(
                full[at..slash],
                "folder",
                ShortId.Of(SourceId.Of(self), folder).ToString(),
                null,
                length,
                1,
                selfName,
                selfName
            );
    }
}
