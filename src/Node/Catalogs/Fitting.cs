using FriendNet.Node.Shares;
using FriendNet.Protocol.Catalogs;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// Which shares of a view are shown: whole ones, the oldest first, as far as they fit together
/// into what a friend takes. Counted anew only where what came might not fit. Not thread safe.
/// </summary>
internal sealed class Fitting(CatalogSize most)
{
    private readonly Dictionary<VisibleShare, Counted> _counted = [];

    /// <summary>All of them, the same object, or those that fit.</summary>
    internal ViewShares Of(ViewShares wanted, IndexSnapshot index)
    {
        CatalogSize bound = default;
        foreach (var share in wanted.ById)
            bound = bound.With(Bound(share, index));
        if (bound.FitsIn(most))
            return wanted;
        var taken = default(CatalogSize);
        List<VisibleShare> fitting = [];
        foreach (var share in wanted.ById)
        {
            var size = taken.With(Exact(share, index));
            if (!size.FitsIn(most))
                continue;
            taken = size;
            fitting.Add(share);
        }

        return fitting.Count == wanted.Ids.Count ? wanted : new ViewShares(fitting);
    }

    // What was counted and all that came since; what went is not taken off.
    private CatalogSize Bound(VisibleShare share, IndexSnapshot index)
    {
        if (!_counted.TryGetValue(share, out var counted) || counted.Seq > index.Seq)
            return Count(share, index);
        if (counted.Seq == index.Seq)
            return counted.Size;
        var (size, isExact) = (counted.Size, counted.IsExact);
        var one = new ViewShares([share]);
        foreach (var file in index.ChangesAfter(one.Ids, counted.Seq))
        {
            isExact = false;
            if (one.EntryOf(file) is { } entry)
                size = size.With(CatalogSize.Of(entry, default));
        }

        return Keep(share, new(size, index.Seq, isExact));
    }

    private CatalogSize Exact(VisibleShare share, IndexSnapshot index) =>
        _counted[share] is { IsExact: true } counted ? counted.Size : Count(share, index);

    // Not beyond what cannot fit: it is too much, however much it is.
    private CatalogSize Count(VisibleShare share, IndexSnapshot index)
    {
        var one = new ViewShares([share]);
        CatalogSize size = default;
        CatalogPath before = default;
        foreach (var file in index.InPathOrder(share.Id, ""))
        {
            if (one.EntryOf(file) is not { } entry)
                continue;
            size = size.With(CatalogSize.Of(entry, before));
            before = entry.Path;
            if (!size.FitsIn(most))
                break;
        }

        return Keep(share, new(size, index.Seq, IsExact: true));
    }

    private CatalogSize Keep(VisibleShare share, Counted counted)
    {
        _counted[share] = counted;
        return counted.Size;
    }

    /// <param name="Seq">The change of the index that it is up to.</param>
    private readonly record struct Counted(CatalogSize Size, long Seq, bool IsExact);
}
