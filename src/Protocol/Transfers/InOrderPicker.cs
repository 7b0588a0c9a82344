using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Picks the next runs that a source offers, in order. Each source has a place of its own, before
/// which nothing is left for it, so that picking costs what is picked.
/// </summary>
internal sealed class InOrderPicker(RunMap map, RunBits taken)
{
    private readonly Dictionary<SourceId, int> _places = [];

    /// <summary>Takes up to one fetch's worth of runs; none if nothing can be asked now.</summary>
    internal List<Slice> Take(
        SourceId source,
        IReadOnlyList<WantedFile> files,
        Func<int, SourceId, Offer> offerOf
    )
    {
        List<Slice> slices = [];
        var (bytes, file, place) = (0, 0, -1);
        var run = taken.NextClear(_places.GetValueOrDefault(source));
        while (run < taken.Count && slices.Count < Limits.FetchSlicesMax)
        {
            file = map.FileOf(run, file);
            var offer = offerOf(file, source);
            if (offer == Offer.Yes)
            {
                var slice = new Slice(file, run - map.First(file));
                bytes += MerkleTree.RunLength(files[file].Id.Length, slice.Run);
                if (bytes > Limits.FetchBytesMax)
                    break;
                slices.Add(slice);
                taken.Set(run);
            }
            else if (offer != Offer.No && place < 0)
            {
                place = run;
            }

            if (offer == Offer.Later)
                break;
            run = taken.NextClear(offer == Offer.Yes ? run : map.First(file + 1));
        }

        _places[source] = place >= 0 ? place : run;
        return slices;
    }

    /// <summary>That run may be picked again.</summary>
    internal void GiveBack(int run)
    {
        if (taken.Clear(run))
            Rewind(run);
    }

    /// <summary>From that run on, sources may have something that they had not.</summary>
    internal void Rewind(int run)
    {
        foreach (var source in _places.Keys)
            _places[source] = Math.Min(_places[source], run);
    }
}
