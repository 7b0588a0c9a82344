using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Holdings;

/// <summary>
/// What we fetch or have fetched, by content; without what is quiet. Of too many, those that
/// <see cref="HeldRank"/> puts first.
/// </summary>
internal sealed class HeldContents
{
    private readonly Dictionary<ContentId, Holding> _byId = [];
    private readonly Dictionary<TransferId, HashSet<Holding>> _byTransfer = [];

    internal IReadOnlyCollection<Holding> All => _byId.Values;

    /// <summary>Of a transfer not known before: the runs given are here, others come.</summary>
    /// <returns>The contents that were not known before, and those that went for them.</returns>
    internal (List<Holding> Fresh, List<Holding> Gone) Add(
        TransferId transfer,
        IReadOnlyList<WantedFile> files
    )
    {
        var (mine, fresh) = (_byTransfer[transfer] = [], new List<Holding>());
        // More of one transfer than there are places would only go again.
        var largest = files.OrderByDescending(file => file.Id.Length).Take(Limits.HoldingsMax);
        foreach (var file in largest.TakeWhile(file => file.Id.Length > 0))
        {
            if (!_byId.TryGetValue(file.Id, out var holding))
            {
                _byId[file.Id] = holding = new(file.Id);
                fresh.Add(holding);
            }

            holding.Transfers.Add(transfer);
            mine.Add(holding);
            for (var run = 0; run < holding.Have.Count && file.Have is { } have; run++)
            {
                if ((run >> 3) < have.Length && (have[run >> 3] >> (run & 7) & 1) != 0)
                    holding.Add(run);
            }
        }

        var gone = Trim();
        return ([.. fresh.Except(gone)], [.. gone.Except(fresh)]);
    }

    internal Holding? Find(ContentId id) => _byId.GetValueOrDefault(id);

    /// <returns>The contents that nothing holds any more.</returns>
    internal List<Holding> Remove(TransferId transfer)
    {
        List<Holding> gone = [];
        if (!_byTransfer.Remove(transfer, out var mine))
            return gone;
        foreach (var holding in mine)
        {
            holding.Transfers.Remove(transfer);
            if (holding.Transfers.Count == 0 && _byId.Remove(holding.Id))
                gone.Add(holding);
        }

        return gone;
    }

    /// <returns>What is not here any more, whatever holds it; null: it was not.</returns>
    internal Holding? Remove(ContentId id)
    {
        if (!_byId.Remove(id, out var holding))
            return null;
        foreach (var transfer in holding.Transfers)
            _byTransfer[transfer].Remove(holding);
        return holding;
    }

    /// <summary>What is not whole, the largest first, as many as may be sought.</summary>
    internal IReadOnlyList<ContentId> Sought() =>
        [
            .. _byId
                .Values.Where(holding => !holding.IsWhole)
                .Select(holding => holding.Id)
                .OrderByDescending(id => id.Length)
                .Take(Limits.SeeksMax),
        ];

    private List<Holding> Trim()
    {
        if (_byId.Count <= Limits.HoldingsMax)
            return [];
        var excess = _byId.Count - Limits.HoldingsMax;
        List<Holding> gone = [.. _byId.Values.OrderBy(RankOf).Take(excess)];
        foreach (var holding in gone)
        {
            _byId.Remove(holding.Id);
            foreach (var transfer in holding.Transfers)
                _byTransfer[transfer].Remove(holding);
        }

        return gone;
    }

    private static (bool, long, long) RankOf(Holding holding) =>
        HeldRank.Of(
            holding.Id,
            holding.Transfers.MaxBy(transfer => transfer.Value),
            holding.IsWhole
        );
}
