using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Holdings;

/// <summary>What we fetch or have fetched, by content; without what is quiet.</summary>
internal sealed class HeldContents
{
    private readonly Dictionary<ContentId, Holding> _byId = [];
    private readonly Dictionary<TransferId, List<Holding>> _byTransfer = [];

    internal IReadOnlyCollection<Holding> All => _byId.Values;

    /// <summary>Of a transfer not known before: the runs given are here, others come.</summary>
    /// <returns>The contents that were not known before.</returns>
    internal List<Holding> Add(TransferId transfer, IReadOnlyList<WantedFile> files)
    {
        var (mine, fresh) = (_byTransfer[transfer] = [], new List<Holding>());
        foreach (var file in files)
        {
            if (file.Id.Length == 0)
                continue;
            if (!_byId.TryGetValue(file.Id, out var holding))
            {
                if (_byId.Count == Limits.HoldingsMax)
                    break;
                _byId[file.Id] = holding = new(file.Id);
                fresh.Add(holding);
            }

            if (holding.Transfers.Add(transfer))
                mine.Add(holding);
            for (var run = 0; run < holding.Have.Count && file.Have is { } have; run++)
            {
                if ((run >> 3) < have.Length && (have[run >> 3] >> (run & 7) & 1) != 0)
                    holding.Add(run);
            }
        }

        return fresh;
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

    /// <summary>What is not whole, the largest first, as many as may be sought.</summary>
    internal IReadOnlyList<ContentId> Sought() =>
        [
            .. _byId
                .Values.Where(holding => !holding.IsWhole)
                .Select(holding => holding.Id)
                .OrderByDescending(id => id.Length)
                .Take(Limits.SeeksMax),
        ];
}
