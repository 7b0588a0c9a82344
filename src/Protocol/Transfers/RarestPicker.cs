using System.Buffers.Binary;
using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Where friends fetch the same or hold a part: the runs that the fewest hold first, of equals
/// those that we are first in line for, without fellows random ones; so that all fetch different
/// runs and can give them to each other. The first few too, before anybody was heard.
/// </summary>
internal sealed class RarestPicker(
    RunMap map,
    RunBits taken,
    Holders holders,
    Fellows fellows,
    IEntropy entropy
) : IRunPicker
{
    /// <summary>Files of fewer are no matter for a crowd.</summary>
    private const int CrowdRunsMin = 64;

    private const int FirstRuns = 8;
    private int _picked;

    private bool IsFirst => _picked < FirstRuns && map.Runs >= (long)CrowdRunsMin * map.Files;

    public void Pick(Picking fetch)
    {
        if (!(holders.Any || fellows.Any || IsFirst) || taken.NextClear(0) == taken.Count)
            return;
        var rarest = Candidates(fetch);
        while (rarest.TryDequeue(out var run, out _) && fetch.TryTake(run))
            _picked++;
    }

    private PriorityQueue<int, long> Candidates(Picking fetch)
    {
        List<(int Run, long Rank)> found = [];
        var random = new byte[sizeof(int) * 2];
        entropy.Fill(random);
        var start = (int)(BinaryPrimitives.ReadUInt32LittleEndian(random) % (uint)taken.Count);
        var mix = BinaryPrimitives.ReadUInt32LittleEndian(random.AsSpan(sizeof(int))) | 1;
        var holds = holders.HasSome(fetch.Source);
        // The order shows who the fellows are to who knows them, as what is never asked does:
        // a friend may, somebody behind a path must not.
        var isInLine = fellows.Any && !fetch.Source.IsPseudonym;
        Scan(start, taken.Count);
        Scan(0, start);
        return new(found.Select(one => (one.Run, one.Rank)));

        void Scan(int from, int to)
        {
            var file = 0;
            var run = taken.NextClear(from);
            while (run < to && found.Count < Limits.RarestRunsMax)
            {
                file = map.FileOf(run, file);
                var offers = fetch.OfferOf(file) == Offer.Yes;
                if ((offers || holders.Has(fetch.Source, run)) && !fetch.IsSpared(run))
                    found.Add((run, Rank(file, run, isInLine, mix)));
                run = taken.NextClear(offers || holds ? run + 1 : map.First(file + 1));
            }
        }
    }

    /// <summary>Holders, then the line of the fellows, or a number random for each pick.</summary>
    private long Rank(int file, int run, bool isInLine, uint mix)
    {
        var random = unchecked((uint)run * 2_654_435_761u) ^ mix;
        random = unchecked(random * 2_246_822_519u) ^ (random >> 15);
        var rest = isInLine ? fellows.Rank(file, run) : (int)(random >> 4);
        return ((long)holders.Count(run) << 32) | (uint)rest;
    }
}
