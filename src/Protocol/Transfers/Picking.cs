using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>One fetch while it is filled: whom it is asked of, what went in so far.</summary>
/// <param name="offerOf">Whether the source can be asked for a file as a whole.</param>
/// <param name="holders">Who holds runs without offering the file.</param>
/// <param name="take">Marks a run as asked for.</param>
internal sealed class Picking(
    SourceId source,
    RunMap map,
    IReadOnlyList<WantedFile> files,
    Func<int, Offer> offerOf,
    Holders holders,
    Action<int> take
)
{
    private int _bytes;
    private int _file;

    internal SourceId Source => source;

    /// <summary>
    /// Bytes it may have, but for its first run: less than a whole one of a slow source.
    /// </summary>
    internal int BytesMax { get; init; } = Limits.FetchBytesMax;

    /// <summary>Runs asked of others that are late, the latest first; else empty.</summary>
    internal IReadOnlyList<int> Late { get; init; } = [];

    /// <summary>What readers want and others hand out; null: nothing.</summary>
    internal UrgentPicker? Spared { get; init; }

    internal List<Slice> Slices { get; } = [];

    internal bool IsFull { get; private set; }

    internal Offer OfferOf(int file) => offerOf(file);

    internal bool IsSpared(int run) => Spared?.Has(run) ?? false;

    /// <summary>Whether the source offers its file, or holds that run of it.</summary>
    internal bool CanGive(int file, int run) =>
        offerOf(file) == Offer.Yes || holders.Has(source, run);

    /// <summary>False: it has no room for that run, and is full.</summary>
    internal bool TryTake(int run)
    {
        _file = map.FileOf(run, _file);
        var slice = new Slice(_file, run - map.First(_file));
        var bytes = MerkleTree.RunLength(files[_file].Id.Length, slice.Run);
        var isFirst = Slices.Count == 0;
        IsFull =
            IsFull
            || Slices.Count == Limits.FetchSlicesMax
            || _bytes + bytes > (isFirst ? Limits.FetchBytesMax : BytesMax);
        if (IsFull)
            return false;
        _bytes += bytes;
        Slices.Add(slice);
        take(run);
        return true;
    }
}
