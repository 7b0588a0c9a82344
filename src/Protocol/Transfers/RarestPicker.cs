using System.Buffers.Binary;
using FriendNet.Crypto.Entropy;
using FriendNet.Protocol.Bounds;

namespace FriendNet.Protocol.Transfers;

/// <summary>
/// Where friends hold a part: the runs that the fewest hold first, random among equals, so that
/// those who fetch the same fetch different runs and can give them to each other.
/// </summary>
internal sealed class RarestPicker(RunMap map, RunBits taken, Holders holders, IEntropy entropy)
    : IRunPicker
{
    public void Pick(Picking fetch)
    {
        if (!holders.Any || taken.NextClear(0) == taken.Count)
            return;
        var rarest = Candidates(fetch);
        while (rarest.TryDequeue(out var run, out _) && fetch.TryTake(run)) { }
    }

    private PriorityQueue<int, int> Candidates(Picking fetch)
    {
        List<(int Run, int Rank)> found = [];
        var random = new byte[sizeof(int) * 2];
        entropy.Fill(random);
        var start = (int)(BinaryPrimitives.ReadUInt32LittleEndian(random) % (uint)taken.Count);
        var mix = BinaryPrimitives.ReadUInt32LittleEndian(random.AsSpan(sizeof(int))) | 1;
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
                if (fetch.CanGive(file, run))
                    found.Add((run, Rank(run, mix)));
                run = taken.NextClear(run + 1);
            }
        }
    }

    /// <summary>Holders, then a number that is random for each pick.</summary>
    private int Rank(int run, uint mix)
    {
        var random = unchecked((uint)run * 2_654_435_761u) ^ mix;
        random = unchecked(random * 2_246_822_519u) ^ (random >> 15);
        return (holders.Count(run) << 20) | (int)(unchecked(random * 3_266_489_917u) >> 12);
    }
}
