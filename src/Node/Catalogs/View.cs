using FriendNet.Node.Shares;
using FriendNet.Protocol.Catalogs;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Wire;

namespace FriendNet.Node.Catalogs;

/// <summary>What some friends see, as of the last update. Not thread safe.</summary>
internal sealed class View(ViewShares shares)
{
    private readonly CatalogTree _tree = new();
    private readonly long[] _bytes = new long[256];

    internal ViewShares Shares { get; } = shares;

    internal HashSet<FriendId> Friends { get; } = [];

    /// <summary>The change of the index that it is up to; -1 before the first update.</summary>
    internal long Seq { get; private set; } = -1;

    internal CatalogHead Head { get; private set; }

    /// <summary>The head that its friends were told.</summary>
    internal CatalogHead? Announced { get; set; }

    /// <summary>Follows the index.</summary>
    internal void Update(IndexSnapshot index)
    {
        if (Seq == index.Seq)
            return;
        var before = Seq;
        // Until all is done: what fails half way begins anew next time.
        Seq = -1;
        if (before < index.ForgottenSeq || before > index.Seq)
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
