using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Picks the next runs that a source offers, in order. Each source has a place of its own, before
/// which nothing is left for it, so that picking costs what is picked.
/// </summary>
internal sealed class InOrderPicker(RunMap map, RunBits taken) : IRunPicker
{
    private readonly Dictionary<SourceId, int> _places = [];

    public void Pick(Picking fetch)
    {
        var (file, place) = (0, -1);
        var run = taken.NextClear(_places.GetValueOrDefault(fetch.Source));
        while (run < taken.Count)
        {
            file = map.FileOf(run, file);
            var isSpared = fetch.IsSpared(run);
            var offer = isSpared ? Offer.Soon : fetch.OfferOf(file);
            if (offer == Offer.Yes && !fetch.TryTake(run))
                break;
            if (offer is not (Offer.Yes or Offer.No) && place < 0)
                place = run;
            if (offer == Offer.Later)
                break;
            var next = isSpared ? run + 1 : map.First(file + 1);
            run = taken.NextClear(offer == Offer.Yes ? run : next);
        }

        _places[fetch.Source] = place >= 0 ? place : run;
    }

    /// <summary>From that run on, sources may have something that they had not.</summary>
    internal void Rewind(int run)
    {
        foreach (var source in _places.Keys)
            _places[source] = Math.Min(_places[source], run);
    }
}
