using FriendNet.Node.Shares;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Catalogs;

/// <summary>What some friends see, as of the last update. Not thread safe.</summary>
internal sealed class View(ViewShares wanted)
{
    private readonly CatalogTree _tree = new();
    private readonly long[] _bytes = new long[256];

    /// <summary>What is for its friends.</summary>
    internal ViewShares Wanted { get; } = wanted;

    /// <summary>What of it they are shown: what fits.</summary>
    internal ViewShares Shares { get; private set; } = wanted;

    /// <summary>What of it is too much.</summary>
    internal IEnumerable<VisibleShare> LeftOut => Wanted.ById.Where(share => !Shares.Has(share));

    internal HashSet<FriendId> Friends { get; } = [];

    /// <summary>The change of the index that it is up to; -1 before the first update.</summary>
    internal long Seq { get; private set; } = -1;

    internal CatalogHead Head { get; private set; }

    /// <summary>The head that its friends were told.</summary>
    internal CatalogHead? Announced { get; set; }

    /// <summary>Follows the index.</summary>
    internal void Update(IndexSnapshot index, Fitting fitting)
    {
        if (Seq == index.Seq)
            return;
        var (before, shares) = (Seq, fitting.Of(Wanted, index));
        var isAnew = before < index.ForgottenSeq || before > index.Seq || shares.Key != Shares.Key;
        // Until all is done: what fails half way begins anew next time.
        (Seq, Shares) = (-1, shares);
        if (isAnew)
            _tree.TouchAll();
        else
            foreach (var change in index.ChangesAfter(Shares.Ids, before))
                _tree.Touch(change.Key);
        _tree.Update(prefix => ItemsUnder(index, prefix));
        Head = new CatalogHead(_tree.Root, _tree.Entries, _bytes.Sum());
        Seq = index.Seq;
    }

    // A part is always read to its end, so its bytes are counted on the way.
    private IEnumerable<TreeItem> ItemsUnder(IndexSnapshot index, KeyPrefix prefix)
    {
        Array.Clear(_bytes, prefix.First, prefix.Last - prefix.First + 1);
        var key = new byte[Crypto.Merkle.Hash256.Size];
        foreach (var file in index.InKeyOrder(Shares.Ids, (byte)prefix.First, (byte)prefix.Last))
        {
            if (Shares.EntryOf(file) is not { } entry)
                continue;
            var item = entry.Item();
            item.Key.CopyTo(key);
            _bytes[key[0]] += entry.Content.Length;
            yield return item;
        }
    }
}
