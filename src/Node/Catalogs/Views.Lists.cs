using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Catalogs;

// What is shown, and what is not, for the one who shares.
public sealed partial class Views
{
    /// <summary>What a friend sees, by share and path, after a path of the same list.</summary>
    public IReadOnlyList<CatalogEntry> List(FriendId friend, string after = "", int limit = 1000)
    {
        ViewShares shares;
        using var index = _index.Snapshot();
        lock (_gate)
        {
            if (!_byFriend.TryGetValue(friend, out var view))
                return [];
            shares = _fitting.Of(view.Wanted, index);
        }

        var slash = after.IndexOf('/', StringComparison.Ordinal);
        var (name, path) = slash < 0 ? ("", "") : (after[..slash], after[(slash + 1)..]);
        var entries = new List<CatalogEntry>();
        foreach (var share in shares.ByName)
        {
            var order = string.CompareOrdinal(share.Name, name);
            if (order < 0)
                continue;
            foreach (var file in index.InPathOrder(share.Id, order == 0 ? path : ""))
            {
                if (shares.EntryOf(file) is { } entry)
                    entries.Add(entry);
                if (entries.Count >= limit)
                    return entries;
            }
        }

        return entries;
    }

    /// <summary>Who would see a share, and is not shown it, since it does not fit.</summary>
    public IReadOnlyList<FriendId> LeftOut(VisibleShare share)
    {
        using var index = _index.Snapshot();
        lock (_gate)
        {
            return
            [
                .. _views
                    .Values.Where(view => view.Wanted.Has(share))
                    .Where(view => !_fitting.Of(view.Wanted, index).Has(share))
                    .SelectMany(view => view.Friends),
            ];
        }
    }
}
